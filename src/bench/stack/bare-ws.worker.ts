/** A baseline: a loop over the clients of the `ws` server, each of which gets the same bytes. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { serveCalls } from './worker-rpc.ts'

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })

serveCalls({
  async start() {
    if (server.address() === null) await once(server, 'listening')
    return (server.address() as AddressInfo).port
  },
  send(text: string) {
    const data = Buffer.from(text)
    for (const client of server.clients) client.send(data, { binary: false })
  },
})
