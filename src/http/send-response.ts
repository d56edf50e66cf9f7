import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { acceptedCoding, isCompressible, NEGOTIATED, weakTag } from './compress.ts'
import type { HttpResponse } from './endpoint.ts'
import { endResponse, isUnread } from './request-body.ts'

/** Statuses whose responses have no body, and so no length of one (RFC 9110, 15.3.5 and 15.4.5). */
const BODILESS = new Set([204, 304])

/** What every response of an application has. */
export interface SendOptions {
  /** names and values in turn, of headers that every response has */
  common: readonly string[]
  /** gets the error of a stream that failed or whose client is gone */
  onError: (error: Error) => void
}

/**
 * The one way to send a response. It writes to node:http and not through Koa's setters for status, type, length and body,
 * which made a cached read a third more expensive.
 */
export function sendResponse(res: ServerResponse, response: HttpResponse, options: SendOptions): void {
  const body = response.stream ? undefined : bodyOf(response)
  if (!isNegotiated(response, body)) return send(res, response, body, options)
  const coding = acceptedCoding(res.req)
  const headers: Record<string, string> = { ...response.headers, ...NEGOTIATED }
  if (!coding) return send(res, { ...response, headers }, body, options)
  const { etag } = headers
  if (etag !== undefined) headers['etag'] = weakTag(etag)
  if (response.status === 304) return send(res, { ...response, headers }, body, options)
  const compressed = { ...response, headers: { ...headers, 'content-encoding': coding.name } }
  if (res.req.method === 'HEAD') return send(res, compressed, undefined, options)
  const made = response.encoded?.[coding.name]
  if (made) return send(res, compressed, made, options)
  coding.compress(body!).then(
    (bytes) => send(res, compressed, bytes, options),
    (error: Error) => {
      options.onError(error)
      res.destroy()
    },
  )
}

/** Whether the client's Accept-Encoding decides about the body. A tag of JSON is a version for If-Match, so it stays strong. */
function isNegotiated(response: HttpResponse, body: string | undefined): boolean {
  const { headers = {}, secret } = response
  if (headers['vary'] === NEGOTIATED.vary) return true
  if (body === undefined || headers['etag'] !== undefined || secret) return false
  return isCompressible(headers['content-type'] ?? typeOf(response), Buffer.byteLength(body))
}

function send(
  res: ServerResponse,
  response: HttpResponse,
  body: string | Uint8Array | undefined,
  { common, onError }: SendOptions,
): void {
  const { status, headers = {}, stream } = response
  const isHead = res.req.method === 'HEAD'
  if (stream && !isHead) {
    res.statusCode = status
    res.setHeaders(new Map(Object.entries(headers)))
    for (let n = 0; n < common.length; n += 2) res.appendHeader(common[n]!, common[n + 1]!)
    if (isUnread(res.req)) res.setHeader('connection', 'close')
    pipeline(stream, res, (error) => {
      if (error) onError(error)
    })
    return
  }
  stream?.destroy()
  const list = headerList(response, body, common)
  // The rest of an unread body would be parsed as the next request.
  if (isUnread(res.req)) list.push('connection', 'close')
  res.writeHead(status, list)
  endResponse(res, isHead ? undefined : body)
}

/** Names and values in a flat list, the form that writeHead takes as it is. */
function headerList(
  response: HttpResponse,
  body: string | Uint8Array | undefined,
  common: readonly string[],
): (string | number)[] {
  const { headers = {}, cookies, status, stream } = response
  const list: (string | number)[] = []
  for (const name in headers) list.push(name, headers[name]!)
  if (cookies) for (const cookie of cookies) list.push('set-cookie', cookie)
  list.push(...common)
  if (isText(response)) {
    if (headers['content-type'] === undefined) list.push('content-type', typeOf(response))
    // No browser guesses another type, and no cache keeps what only the caller may see.
    list.push('x-content-type-options', 'nosniff')
    if (headers['cache-control'] === undefined) list.push('cache-control', 'no-store')
  }
  if (body !== undefined) list.push('content-length', Buffer.byteLength(body))
  // To HEAD, the length of a compressed body is not known.
  else if (!stream && !BODILESS.has(status) && !isText(response)) list.push('content-length', 0)
  return list
}

const isText = ({ json, jsonText, text }: HttpResponse): boolean =>
  json !== undefined || jsonText !== undefined || text !== undefined

function bodyOf({ json, jsonText, text }: HttpResponse): string | undefined {
  return json === undefined ? (jsonText ?? text) : JSON.stringify(json)
}

function typeOf({ text }: HttpResponse): string {
  return text === undefined ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8'
}
