import { type IncomingMessage, type RequestListener, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

export interface HttpListener {
  url: string
  /**
   * Still accepts connections and requests, and sends `Connection: close` with each response, so that a proxy does not send
   * requests over connections that are about to close.
   */
  drain(): void
  /** Accepts no more connections, waits at most `limitMs` milliseconds for requests in flight, then cuts them off. */
  close(limitMs: number): Promise<void>
}

export interface ListenOptions {
  /** name of the port's setting, for messages */
  setting: string
  host: string
  /** 0: any free port */
  port: number
  handler: RequestListener
  /** Handles an upgrade; false: not its path. */
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean
}

/** @throws Error with a message for the operator when the port is in use or not allowed */
export async function listen(options: ListenOptions): Promise<HttpListener> {
  const { host, port, setting } = options
  const answering = new Set<ServerResponse>()
  let draining = false
  let closing = false
  const server = createServer(
    { keepAliveTimeout: 65_000, headersTimeout: 30_000, requestTimeout: 300_000 },
    options.handler,
  )
  // Send Connection: close so that keep-alive clients do not hold the server open.
  const closeAfterAnswer = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader('connection', 'close')
  }
  const answered = function (this: ServerResponse): void {
    answering.delete(this)
    if (closing) setImmediate(() => server.closeIdleConnections())
  }
  server.prependListener('request', (_request, response) => {
    if (draining) closeAfterAnswer(response)
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
      answering.forEach(closeAfterAnswer)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const limit = setTimeout(() => server.closeAllConnections(), limitMs)
      await closed
      clearTimeout(limit)
    },
  }
}

/** The error of a failed listen, with advice for the operator. */
export function listenError(
  error: NodeJS.ErrnoException,
  setting: string,
  host: string,
  port: number,
): Error {
  const advice = `set ${setting} to another port, or to 0 for any free one`
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(`port ${port} of ${host} is in use: stop the program that uses it, or ${advice}`, {
        cause: error,
      })
    case 'EACCES':
      return new Error(`this user is not allowed to listen on port ${port}: ${advice}`, { cause: error })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`listen.host: ${host} is not an address of this machine`, { cause: error })
    default:
      return new Error(`cannot listen on port ${port} of ${host}: ${error.message}`, { cause: error })
  }
}
