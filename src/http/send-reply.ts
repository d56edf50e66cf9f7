import type Koa from 'koa'
import type { Reply } from './endpoint.ts'

/** Statuses whose answers have no body, and so no length of one (RFC 9110, 15.3.5 and 15.4.5). */
const BODILESS = new Set([204, 304])

/**
 * Sends a reply. One that is whole goes to node:http at once, past Koa's setters for type, length and body, which cost
 * more than all the rest of a small answer; a stream is left to Koa, which ends it with its connection.
 */
export function sendReply(ctx: Koa.Context, reply: Reply, requestId: string): void {
  const { req, res } = ctx
  const { headers = {}, status, stream } = reply
  const isHead = req.method === 'HEAD'
  if (stream && !isHead) {
    ctx.status = status
    for (const name in headers) res.setHeader(name, headers[name]!)
    res.setHeader('x-request-id', requestId)
    ctx.body = stream
    return
  }
  stream?.destroy()
  ctx.respond = false
  const body = bodyOf(reply)
  // Names and values in turns: node:http takes them as they are.
  const lines: (string | number)[] = []
  for (const name in headers) lines.push(name, headers[name]!)
  lines.push('x-request-id', requestId)
  if (body !== undefined && headers['content-type'] === undefined) lines.push('content-type', typeOf(reply))
  if (!stream && !BODILESS.has(status)) lines.push('content-length', Buffer.byteLength(body ?? ''))
  res.writeHead(status, lines).end(isHead ? undefined : body)
}

function bodyOf({ json, jsonText, text }: Reply): string | undefined {
  return json === undefined ? (jsonText ?? text) : JSON.stringify(json)
}

function typeOf({ json, jsonText }: Reply): string {
  return json === undefined && jsonText === undefined
    ? 'text/plain; charset=utf-8'
    : 'application/json; charset=utf-8'
}
