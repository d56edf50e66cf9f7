/** Many WebSocket clients, which count what they get. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { serveCalls } from './worker-rpc.ts'

/** Connections that are made at the same time. */
const CONCURRENT_CONNECTS = 50

const sockets: WebSocket[] = []
let received = 0
let latest: Buffer | undefined
let awaited: { count: number; reached: () => void } | undefined

const count = (data: Buffer): void => {
  received++
  latest = data
  if (awaited === undefined || received < awaited.count) return
  awaited.reached()
  awaited = undefined
}

async function openOne(url: string): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  socket.on('message', count)
  await once(socket, 'open')
  socket.on('close', (code: number) => {
    if (sockets.includes(socket)) throw new Error(`a client was closed with ${code}`)
  })
  sockets.push(socket)
}

serveCalls({
  async open(url: string, clients: number) {
    while (sockets.length < clients) {
      const missing = Math.min(CONCURRENT_CONNECTS, clients - sockets.length)
      await Promise.all(Array.from({ length: missing }, () => openOne(url)))
    }
  },
  /** Waits for so many messages since the last reset, and gives the last one. */
  async received(messages: number) {
    if (received < messages) await new Promise<void>((reached) => (awaited = { count: messages, reached }))
    return String(latest)
  },
  reset: () => void (received = 0),
  close() {
    for (const socket of sockets.splice(0)) socket.terminate()
  },
})
