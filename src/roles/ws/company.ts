/** What all processes of the ws role do together: each has some of the subscribers. */
import { z } from 'zod'
import type { Cluster } from '../../ports/cluster/port.ts'
import type { Hub } from './hub.ts'

export interface Company {
  /** Sends a message outside of the history to the subscribers of a document. @returns to how many */
  broadcast(documentId: string, message: object): Promise<number>
  /** `documents`: those with subscribers, each once */
  stats(): Promise<{ connections: number; documents: number }>
}

const question = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('broadcast'), document_id: z.string(), message: z.looseObject({}) }),
  z.object({ kind: z.literal('stats') }),
])
const broadcastAnswer = z.object({ recipients: z.int() })
const statsAnswer = z.object({ connections: z.int(), documents: z.base64() })

/** The end of an id, which is random: enough to tell documents apart, and all of a process fit into one message. */
const MARK_BYTES = 6

export function createCompany(
  cluster: Cluster,
  hub: Pick<Hub, 'broadcast' | 'stats' | 'documentIds'>,
): Company {
  cluster.answer((asked) => {
    const { data } = question.safeParse(asked)
    switch (data?.kind) {
      case 'broadcast':
        return { recipients: hub.broadcast(data.document_id, data.message) }
      case 'stats':
        return {
          connections: hub.stats().connections,
          documents: marksOf(hub.documentIds()).toString('base64'),
        }
      default:
        // Of a newer version.
        return null
    }
  })

  const ask = async <T extends z.ZodType>(
    what: z.input<typeof question>,
    schema: T,
  ): Promise<z.output<T>[]> => {
    const answers = await cluster.ask(what)
    return answers.flatMap((answer) => schema.safeParse(answer).data ?? [])
  }

  return {
    async broadcast(documentId, message) {
      const answers = await ask(
        { kind: 'broadcast', document_id: documentId, message: { ...message } },
        broadcastAnswer,
      )
      return answers.reduce((sum, { recipients }) => sum + recipients, 0)
    },
    async stats() {
      const answers = await ask({ kind: 'stats' }, statsAnswer)
      const marks = new Set<string>()
      for (const { documents } of answers) {
        const bytes = Buffer.from(documents, 'base64')
        for (let at = 0; at < bytes.length; at += MARK_BYTES)
          marks.add(bytes.toString('latin1', at, at + MARK_BYTES))
      }
      return {
        connections: answers.reduce((sum, { connections }) => sum + connections, 0),
        documents: marks.size,
      }
    },
  }
}

function marksOf(ids: Iterable<string>): Buffer {
  return Buffer.concat(Array.from(ids, (id) => Buffer.from(id.slice(-2 * MARK_BYTES), 'hex')))
}
