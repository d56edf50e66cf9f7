import { IncomingMessage, type RequestListener, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { parserErrorResponse } from './parser-error.ts'

export interface HttpListener {
  url: string
  /** open connections, with those that upgrades have taken over */
  connections(): number
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
  upgrade?: Upgrade
}

/** Takes connections over from HTTP. */
export interface Upgrade {
  /** Whether it takes this one; any other request for an upgrade is answered as if it asked for none (RFC 9110, 7.8). */
  accepts(request: IncomingMessage): boolean
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

const SERVER_OPTIONS = {
  keepAliveTimeout: 65_000,
  headersTimeout: 30_000,
  requestTimeout: 300_000,
  maxHeaderSize: 16 * 1024,
}

/** @throws Error with a message for the operator when the port is in use or not allowed */
export async function listen(options: ListenOptions): Promise<HttpListener> {
  const { host, port, setting } = options
  const answering = new Set<ServerResponse>()
  let connections = 0
  let draining = false
  let closing = false
  const server = createServer(
    {
      ...SERVER_OPTIONS,
      IncomingMessage: requestClass((request) => options.upgrade?.accepts(request) === true),
    },
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
  server.on('connection', (socket) => {
    connections++
    socket.once('close', () => connections--)
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    options.upgrade!.handle(request, socket, head)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const hasBegun = [...answering].some((response) => response.socket === socket && response.headersSent)
    if (error.code === 'ECONNRESET' || !socket.writable || hasBegun) socket.destroy(error)
    else socket.end(parserErrorResponse(error), () => socket.destroy())
  })
  // The client may send its body when the endpoint has authenticated it.
  server.on('checkContinue', (request, response) => server.emit('request', request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, setting, host, port)))
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  const name = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${name}:${address.port}`,
    connections: () => connections,
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

const wanted = Symbol('wanted')

/**
 * Requests whose property `upgrade` is true only where the upgrade is accepted. Node.js 20 makes every request with the
 * header an upgrade once there is a listener for one; its option `shouldUpgradeCallback` came with version 24.9.
 */
function requestClass(accepts: (request: IncomingMessage) => boolean): typeof IncomingMessage {
  return class extends IncomingMessage {
    [wanted] = false
    get upgrade(): boolean {
      return this[wanted] && (this.method === 'CONNECT' || accepts(this))
    }
    set upgrade(value: boolean) {
      this[wanted] = value
    }
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
