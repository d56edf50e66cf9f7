import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { Undo } from './undoing.ts'

/** Nothing listens on the port discard. */
const REFUSING_PORT = 9

/** In which a server can be away. Each gives a port of 127.0.0.1 that nothing useful answers on. */
const WAYS = {
  /** no process listens */
  refused: async () => REFUSING_PORT,
  /** accepts connections and reads, and never answers: a process that is stopped, or a proxy without a server */
  silent: (t: Undo) => listen(t, (socket) => socket.resume()),
  /** accepts connections and closes them: a proxy whose server is away */
  closing: (t: Undo) => listen(t, (socket) => socket.end()),
  /** no connection is established: a machine that is off, or a firewall that drops packets */
  unreachable: (t: Undo) => listenWithFullQueue(t),
} as const satisfies Record<string, (t: Undo) => Promise<number>>

export type Way = keyof typeof WAYS

/** A port of 127.0.0.1 whose server is away in this way until `t` ends. */
export const awayPort = (t: Undo, way: Way): Promise<number> => WAYS[way](t)

async function listen(t: Undo, onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    onConnection(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Listens, and accepts nothing any more. */
const FULL_QUEUE = `
  const { createServer } = require('node:net')
  const { parentPort } = require('node:worker_threads')
  const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`

async function listenWithFullQueue(t: Undo): Promise<number> {
  const worker = new Worker(FULL_QUEUE, { eval: true })
  const [port] = (await once(worker, 'message')) as [number]
  // Linux accepts one more than the backlog; later connections wait for a place.
  const first = [0, 1].map(() => connect(port, '127.0.0.1').on('error', () => {}))
  t.after(async () => {
    for (const socket of first) socket.destroy()
    await worker.terminate()
  })
  await Promise.all(first.map((socket) => once(socket, 'connect')))
  return port
}
