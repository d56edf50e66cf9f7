import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { ServiceUrls } from '../testing/service-process.ts'
import { within } from '../testing/deadline.ts'
import { send } from './requests.ts'

export interface Message {
  type: string
  data: Record<string, unknown>
  timestamp: string
  position?: string
}

export interface Socket {
  next(): Promise<Message>
  take(count: number): Promise<Message[]>
  send(text: string): void
  close(): void
  /** the close code */
  closed: Promise<number>
}

/** Subscribes to a document with a plain WebSocket; without `token` it asks for one as a developer would. */
export async function openSocket(
  urls: ServiceUrls,
  documentId: string,
  last?: string,
  token?: string,
): Promise<Socket> {
  const minted =
    token ??
    (await send<{ access_token: string }>(`${urls.ws}/auth/token?user_id=tester&email=t@example.com`)).body
      .access_token
  const query = new URLSearchParams({ token: minted, ...(last !== undefined && { last }) })
  const socket = new WebSocket(`${urls.ws.replace('http', 'ws')}/ws/${documentId}?${query}`)
  const waiting: Message[] = []
  let wake = (): void => {}
  socket.on('message', (bytes) => {
    waiting.push(JSON.parse(String(bytes)))
    wake()
  })
  const closed = once(socket, 'close').then(([code]) => code as number)
  await within(30_000, 'the socket to open', once(socket, 'open'))

  const next = async (): Promise<Message> => {
    while (waiting.length === 0) {
      await within(30_000, 'a message', new Promise<void>((resolve) => (wake = resolve)))
    }
    return waiting.shift()!
  }
  return {
    next,
    async take(count) {
      const messages: Message[] = []
      while (messages.length < count) messages.push(await next())
      return messages
    },
    send: (text) => socket.send(text),
    close: () => socket.close(),
    closed,
  }
}
