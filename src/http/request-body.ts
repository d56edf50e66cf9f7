/** Whether a request has a body, whether the client may send it, and what happens to one that nobody reads. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** How much of an unread body is still taken from the connection, so that the client reads the response (RFC 9112, 9.6). */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024
const MAX_DISCARD_MS = 3_000

const continued = new WeakSet<IncomingMessage>()

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Some of the body is, or may be, still to come. */
export const isUnread = (request: IncomingMessage): boolean => hasBody(request) && !request.complete

/** Tells a client that waits for it to send the body (RFC 9110, 10.1.1): after authentication, so that no other is sent. */
export function allowBody(request: IncomingMessage, response: ServerResponse): void {
  if (!isWaiting(request)) return
  continued.add(request)
  response.writeContinue()
}

const isWaiting = (request: IncomingMessage): boolean =>
  request.headers.expect !== undefined && request.httpVersion === '1.1' && !continued.has(request)

/**
 * Ends a response whose headers are written. Of a body that nobody reads, a bounded part is dropped first: a connection
 * that is closed while the client still writes can lose the response.
 */
export function endResponse(response: ServerResponse, body: string | Uint8Array | undefined): void {
  const { req: request } = response
  if (!isUnread(request) || isWaiting(request)) return void response.end(body)
  if (body !== undefined) response.write(body)
  else response.flushHeaders()
  void discardBody(request).then(() => response.end())
}

/** Reads and drops the rest of the body, within limits. After that, a client that is still writing may be cut off. */
async function discardBody(request: IncomingMessage): Promise<void> {
  request.unpipe()
  if (request.complete || request.destroyed || isWaiting(request)) return
  await new Promise<void>((resolve) => {
    let read = 0
    const timer = setTimeout(resolve, MAX_DISCARD_MS)
    const stop = (): void => {
      clearTimeout(timer)
      resolve()
    }
    request.on('data', (chunk: Buffer) => {
      read += chunk.length
      if (read > MAX_DISCARDED_BYTES) stop()
    })
    request.once('end', stop).once('close', stop).once('error', stop)
    request.resume()
  })
  request.pause()
}
