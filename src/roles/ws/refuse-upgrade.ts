import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { DomainError } from '../../domain/errors.ts'
import { problemResponse } from '../../http/problem-response.ts'

/** The only version of RFC 6455. */
const VERSION = '13'

/**
 * Answers a request for a WebSocket with a problem, as over REST, and ends the connection.
 * @param common.headers names and values in turn, of headers that every answer has
 * @returns the status
 */
export function refuseUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  error: unknown,
  common: { requestId: string; headers: readonly string[] },
): number {
  const { status, headers, text = '' } = problemResponse(request, error, common.requestId)
  const all = {
    ...headers,
    // RFC 6455, 4.4
    ...(request.headers['sec-websocket-version'] !== VERSION && { 'sec-websocket-version': VERSION }),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  for (let n = 0; n < common.headers.length; n += 2)
    lines.push(`${common.headers[n]}: ${common.headers[n + 1]}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${text}`)
  socket.once('finish', () => socket.destroy())
  return status
}

/** What `ws` finds wrong with a handshake: its message names the header. */
export function handshakeError({ message }: Error): DomainError {
  const header = /Sec-WebSocket-\w+|Upgrade/i.exec(message)?.[0].toLowerCase()
  const detail = `this is not a handshake of RFC 6455, version ${VERSION}: ${message}`
  const errors = header === undefined ? [] : [{ field: `header.${header}`, detail: message }]
  return new DomainError('malformed-request', detail, { errors })
}
