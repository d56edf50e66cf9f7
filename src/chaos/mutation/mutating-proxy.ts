import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { WebSocket, WebSocketServer } from 'ws'

export interface Asked {
  method: string
  path: string
  headers: Record<string, string>
  body: Buffer
}

export interface Answered {
  code: number
  headers: Record<string, string>
  body: Buffer
}

/** What is changed on the way, to make docmgr look like a broken build of itself. */
export interface Mutation {
  /** @param forward sends a request to docmgr, also several times or not at all */
  answer?(asked: Asked, forward: (asked: Asked) => Promise<Answered>): Promise<Answered>
  /** of one WebSocket: what is sent on instead of each of its messages */
  messages?(): (text: string) => string[]
}

export interface MutatingProxy {
  url: string
  mutation: Mutation
  stop(): Promise<void>
}

/** Headers that concern one connection only, and those that a changed or decoded body makes wrong. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'content-encoding',
  'host',
  'expect',
])

/** An HTTP and WebSocket proxy in front of docmgr. */
export async function openMutatingProxy(upstream: string): Promise<MutatingProxy> {
  const forward = async ({ method, path, headers, body }: Asked): Promise<Answered> => {
    const init = { method, headers, ...(body.length > 0 && { body: new Uint8Array(body) }) }
    const response = await fetch(upstream + path, init)
    return {
      code: response.status,
      headers: kept(Object.fromEntries(response.headers)),
      body: Buffer.from(await response.arrayBuffer()),
    }
  }
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url: path = '/' } = request
    const asked = { method, path, headers: kept(request.headers), body: await buffer(request) }
    const { mutation } = proxy
    const { code, headers, body } = await (mutation.answer ?? ((_, send) => send(_)))(asked, forward)
    response.writeHead(code, headers).end(body)
  }
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    const service = new WebSocket(upstream.replace('http', 'ws') + request.url)
    socket.on('error', () => {})
    socket.on('close', () => service.terminate())
    service.on('error', () => socket.destroy())
    // A refusal is passed on: to a subscriber, 404 says that the document is gone.
    service.on('unexpected-response', (_, { statusCode }) => {
      socket.end(`HTTP/1.1 ${statusCode} Refused\r\nConnection: close\r\n\r\n`)
      service.terminate()
    })
    service.on('open', () => {
      sockets.handleUpgrade(request, socket, head, (client) => {
        const change = proxy.mutation.messages?.() ?? ((text) => [text])
        service.on('message', (bytes: Buffer) => {
          for (const text of change(bytes.toString())) client.send(text)
        })
        service.on('close', () => client.close())
        client.on('close', () => service.terminate())
        client.on('error', () => service.terminate())
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: MutatingProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mutation: {},
    async stop() {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}

function kept(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).filter(
    ([name, value]) => !NOT_FORWARDED.has(name) && value !== undefined,
  )
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}
