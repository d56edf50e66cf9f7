import { type IncomingMessage, type RequestListener, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

export interface HttpListener {
  url: string
  /**
   * Takes requests and connections as before, and says in each answer that it is the last one of its connection: so a
   * proxy that keeps connections sends none over one that is just being closed.
   */
  drain(): void
  /** Takes no more connections, lets requests in hand finish for at most `limitMs` milliseconds, then cuts them off. */
  close(limitMs: number): Promise<void>
}

export interface ListenOptions {
  /** the setting that the port comes from, for messages */
  setting: string
  host: string
  /** 0: any free one */
  port: number
  handler: RequestListener
  /** False: nobody takes this upgrade. */
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean
}

/** @throws Error with a sentence for the operator when the port is taken or not allowed */
export async function listen(options: ListenOptions): Promise<HttpListener> {
  const { host, port, setting } = options
  const answering = new Set<ServerResponse>()
  let draining = false
  let closing = false
  const server = createServer(
    { keepAliveTimeout: 65_000, headersTimeout: 30_000, requestTimeout: 300_000 },
    options.handler,
  )
  // A client with a busy connection would never be done: each is told to open another one, which it then cannot.
  const sayLast = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader('connection', 'close')
  }
  const answered = function (this: ServerResponse): void {
    answering.delete(this)
    if (closing) setImmediate(() => server.closeIdleConnections())
  }
  server.prependListener('request', (_request, response) => {
    if (draining) sayLast(response)
    answering.add(response)
    response.on('close', answered)
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    if (!options.upgrade?.(request, socket, head)) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, setting, host, port)))
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  const name = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${name}:${address.port}`,
    drain: () => void (draining = true),
    async close(limitMs) {
      draining = closing = true
      answering.forEach(sayLast)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const limit = setTimeout(() => server.closeAllConnections(), limitMs)
      await closed
      clearTimeout(limit)
    },
  }
}

/** What an operator can do about a failed listen. */
export function listenError(
  error: NodeJS.ErrnoException,
  setting: string,
  host: string,
  port: number,
): Error {
  const advice = `set ${setting} to another port, or to 0 for any free one`
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(`port ${port} of ${host} is taken: stop what uses it, or ${advice}`, { cause: error })
    case 'EACCES':
      return new Error(`this user may not listen on port ${port}: ${advice}`, { cause: error })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`listen.host: ${host} is not an address of this machine`, { cause: error })
    default:
      return new Error(`cannot listen on port ${port} of ${host}: ${error.message}`, { cause: error })
  }
}
