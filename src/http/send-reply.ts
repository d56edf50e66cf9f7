import type Koa from 'koa'
import type { Reply } from './endpoint.ts'

/** Statuses whose answers have no body, and so no length of one (RFC 9110, 15.3.5 and 15.4.5). */
const BODILESS = new Set([204, 304])

/**
 * Sends a reply. One that is whole goes to node:http at once, past Koa's setters for type, length and body, which cost
 * more than all the rest of a small answer; a stream is left to Koa, which ends it with its connection.
 */
export function sendReply(ctx: Koa.Context, reply: Reply, requestId: string): void {
  const headers: Record<string, string | number> = { ...reply.headers, 'x-request-id': requestId }
  if (reply.stream && ctx.method !== 'HEAD') {
    ctx.status = reply.status
    for (const name in headers) ctx.res.setHeader(name, headers[name]!)
    ctx.body = reply.stream
    return
  }
  reply.stream?.destroy()
  ctx.respond = false
  const body = bodyOf(reply)
  if (body !== undefined) headers['content-type'] ??= typeOf(reply)
  if (!reply.stream && !BODILESS.has(reply.status)) headers['content-length'] = Buffer.byteLength(body ?? '')
  ctx.res.writeHead(reply.status, headers).end(ctx.method === 'HEAD' ? undefined : body)
}

function bodyOf({ json, text }: Reply): string | undefined {
  return json === undefined ? text : JSON.stringify(json)
}

function typeOf({ json }: Reply): string {
  return json === undefined ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8'
}
