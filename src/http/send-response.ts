import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import type { HttpResponse } from './endpoint.ts'
import { endResponse, isUnread } from './request-body.ts'

/** Statuses whose responses have no body, and so no length of one (RFC 9110, 15.3.5 and 15.4.5). */
const BODILESS = new Set([204, 304])

/**
 * The one way to send a response. It writes to node:http and not through Koa's setters for status, type, length and body,
 * which made a cached read a third more expensive.
 * @param common names and values in turn, of headers that every response has
 * @param onError gets the error of a stream that failed or whose client is gone
 */
export function sendResponse(
  res: ServerResponse,
  response: HttpResponse,
  common: readonly string[],
  onError: (error: Error) => void,
): void {
  const { status, headers = {}, stream } = response
  const isHead = res.req.method === 'HEAD'
  if (stream && !isHead) {
    res.statusCode = status
    res.setHeaders(new Map(Object.entries(headers)))
    for (let n = 0; n < common.length; n += 2) res.setHeader(common[n]!, common[n + 1]!)
    if (isUnread(res.req)) res.setHeader('connection', 'close')
    pipeline(stream, res, (error) => {
      if (error) onError(error)
    })
    return
  }
  stream?.destroy()
  const body = stream ? undefined : bodyOf(response)
  const list = headerList(response, body, common)
  // The rest of an unread body would be parsed as the next request.
  if (isUnread(res.req)) list.push('connection', 'close')
  res.writeHead(status, list)
  endResponse(res, isHead ? undefined : body)
}

/** Names and values in a flat list, the form that writeHead takes as it is. */
function headerList(
  response: HttpResponse,
  body: string | undefined,
  common: readonly string[],
): (string | number)[] {
  const { headers = {}, status, stream } = response
  const list: (string | number)[] = []
  for (const name in headers) list.push(name, headers[name]!)
  list.push(...common)
  if (body !== undefined) {
    if (headers['content-type'] === undefined) list.push('content-type', typeOf(response))
    // No browser guesses another type, and no cache keeps what only the caller may see.
    list.push('x-content-type-options', 'nosniff')
    if (headers['cache-control'] === undefined) list.push('cache-control', 'no-store')
  }
  if (!stream && !BODILESS.has(status)) list.push('content-length', Buffer.byteLength(body ?? ''))
  return list
}

function bodyOf({ json, jsonText, text }: HttpResponse): string | undefined {
  return json === undefined ? (jsonText ?? text) : JSON.stringify(json)
}

function typeOf({ text }: HttpResponse): string {
  return text === undefined ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8'
}
