/** What the processes of the ws role do together: each has some of the subscribers. */
import { z } from 'zod'
import type { Cluster } from '../../ports/cluster/port.ts'
import type { Hub } from './hub.ts'
import { TICKET_QUESTION, type TicketQuestion, type Tickets } from './tickets.ts'

export interface WsCluster {
  /** Asks every process about tickets. */
  askAboutTicket(question: TicketQuestion): Promise<unknown[]>
  /** Sends a message that is not in the history to the subscribers of a document. @returns the number of recipients */
  broadcast(documentId: string, message: object): Promise<number>
  /** `documents`: number of documents with subscribers */
  stats(): Promise<{ connections: number; documents: number }>
}

const QUESTION = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('broadcast'), document_id: z.string(), message: z.looseObject({}) }),
  z.object({ kind: z.literal('stats') }),
  ...TICKET_QUESTION.options,
])
const BROADCAST_ANSWER = z.object({ recipients: z.int() })
const STATS_ANSWER = z.object({ connections: z.int(), documents: z.base64() })

/** The last bytes of an id are random: enough to distinguish documents, and few enough for all of a process in a message. */
const ID_BYTES = 6

export function createWsCluster(
  cluster: Cluster,
  hub: Pick<Hub, 'broadcast' | 'stats' | 'documentIds'>,
  tickets: () => Pick<Tickets, 'answer'>,
): WsCluster {
  cluster.answer((question) => {
    const { data } = QUESTION.safeParse(question)
    switch (data?.kind) {
      case 'broadcast':
        return { recipients: hub.broadcast(data.document_id, data.message) }
      case 'stats':
        return {
          connections: hub.stats().connections,
          documents: shortIdsOf(hub.documentIds()).toString('base64'),
        }
      case 'keep ticket':
      case 'redeem ticket':
        return tickets().answer(data)
      default:
        // A process of a newer version asked.
        return null
    }
  })

  const ask = async <T extends z.ZodType>(
    question: z.input<typeof QUESTION>,
    schema: T,
  ): Promise<z.output<T>[]> => {
    const answers = await cluster.ask(question)
    return answers.flatMap((answer) => schema.safeParse(answer).data ?? [])
  }

  return {
    askAboutTicket: (question) => cluster.ask(question),
    async broadcast(documentId, message) {
      const question = { kind: 'broadcast', document_id: documentId, message: { ...message } } as const
      const answers = await ask(question, BROADCAST_ANSWER)
      return answers.reduce((sum, { recipients }) => sum + recipients, 0)
    },
    async stats() {
      const answers = await ask({ kind: 'stats' }, STATS_ANSWER)
      const shortIds = new Set<string>()
      for (const { documents } of answers) {
        const bytes = Buffer.from(documents, 'base64')
        for (let start = 0; start < bytes.length; start += ID_BYTES)
          shortIds.add(bytes.toString('latin1', start, start + ID_BYTES))
      }
      return {
        connections: answers.reduce((sum, { connections }) => sum + connections, 0),
        documents: shortIds.size,
      }
    },
  }
}

function shortIdsOf(ids: Iterable<string>): Buffer {
  return Buffer.concat(Array.from(ids, (id) => Buffer.from(id.slice(-2 * ID_BYTES), 'hex')))
}
