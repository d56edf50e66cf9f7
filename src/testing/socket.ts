import { once } from 'node:events'
import { WebSocket } from 'ws'
import { eventually, within } from './deadline.ts'

export interface Message {
  type: string
  timestamp: string
  position?: string
  // The tests look into messages of every kind.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  data: any
}

/** A plain WebSocket that keeps what it receives. Every wait has a deadline. */
export type Socket = Awaited<ReturnType<typeof openSocketAt>>

/**
 * Subscribes to a document.
 * @param base http://host:port
 * @param query `token`, and `last` to resume
 */
export const openSocket = (
  base: string,
  documentId: string,
  query: Record<string, string>,
  check?: (message: Message) => void,
) => openSocketAt(base, `/ws/${documentId}`, query, check)

/** The same at any path. @param check throws when a message is wrong */
export async function openSocketAt(
  base: string,
  path: string,
  query: Record<string, string>,
  check?: (message: Message) => void,
) {
  const url = `${base.replace('http', 'ws')}${path}?${new URLSearchParams(query)}`
  const ws = new WebSocket(url)
  const received: Message[] = []
  ws.on('message', (bytes) => {
    const message = JSON.parse(String(bytes)) as Message
    check?.(message)
    received.push(message)
  })
  ws.on('error', () => {})
  // Not `once`, which rejects on an error.
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    ws.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
  )
  await within(30_000, 'the socket to open', once(ws, 'open'))
  const changes = (): Message[] => received.filter(isChange)
  let taken = 0
  const take = async (count: number): Promise<Message[]> => {
    await eventually(`${count} more messages`, () => received.length >= taken + count)
    return received.slice(taken, (taken += count))
  }
  return {
    ws,
    received,
    /** the next messages that were not taken yet */
    take,
    next: async () => (await take(1))[0]!,
    /** Waits for this number of messages about changes; after the deadline it gives those that there are. */
    changes: (count: number): Promise<Message[]> =>
      eventually(`${count} messages`, () => changes().length >= count && changes()).catch(changes),
    /** Waits for a message of this type. */
    message: (type: string) => eventually(type, () => received.find((message) => message.type === type)),
    send: (message: unknown) => ws.send(typeof message === 'string' ? message : JSON.stringify(message)),
    close: () => ws.close(),
    /** resolves when the connection is closed; its code is 0 after the deadline */
    get closed() {
      return within(30_000, 'the socket to be closed', closed).catch((error) => ({
        code: 0,
        reason: String(error),
      }))
    },
  }
}

export const isChange = ({ type }: { type: string }): boolean => /^(document|signature)\./.test(type)

/** Identifies a message, independently of the connection. */
export const factOf = ({ type, data }: Message): string => `${type} ${data.version ?? data.signature_id}`
