import type { IncomingMessage, ServerResponse } from 'node:http'
import Router from '@koa/router'
import Koa from 'koa'
import type { Authenticator } from '../auth/authenticator.ts'
import { DomainError } from '../domain/errors.ts'
import type { Logger } from '../runtime/logger.ts'
import type { Durations } from '../runtime/durations.ts'
import type { Metrics } from '../runtime/metrics.ts'
import type { NewId } from '../runtime/ids.ts'
import { readJson } from './body.ts'
import { createContexts, type HttpContext } from './context.ts'
import type { Endpoint, Reply } from './endpoint.ts'
import { idParams, isCanonicalUuid } from './fields.ts'
import { problemOf, validationError } from './problem.ts'
import { createRouteTable, type Layer, type Route } from './route-table.ts'
import { sendReply } from './send-reply.ts'

export interface HttpOptions {
  log: Logger
  metrics: HttpMetrics
  authenticator: Authenticator
  newId: NewId
  trustedProxies: string[]
  /** Handles what is not REST, before any body is read: Connect and gRPC-Web. False: not its request. */
  before?: (request: IncomingMessage, response: ServerResponse) => boolean
}

export interface HttpMetrics {
  /** seconds, by method, route and status */
  duration: Durations
}

export function createHttpMetrics(metrics: Metrics): HttpMetrics {
  return {
    duration: metrics.durations('docmgr_http_request_duration_seconds', 'Time to answer, by route', [
      'method',
      'route',
      'status',
    ]),
  }
}

/** A Koa application that serves these endpoints; every error becomes a problem document (RFC 9457). */
export function createApp(endpoints: readonly Endpoint[], options: HttpOptions): Koa {
  const { log, authenticator } = options
  const contextOf = createContexts(options)
  const app = new Koa()
  // Errors of a connection that ended early; those of requests are answered below.
  app.on('error', (error) => log.debug({ err: error }, 'connection ended with an error'))

  const router = new Router()
  const routes = createRouteTable()
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/\{(\w+)\}/g, ':$1')
    const methods = endpoint.method === 'GET' ? ['HEAD', 'GET'] : [endpoint.method]
    routes.add(endpoint, router.register(path, methods, NOTHING) as unknown as Layer)
  }

  app.use(async (ctx, next) => {
    if (options.before?.(ctx.req, ctx.res)) {
      ctx.respond = false
      return
    }
    const begun = performance.now()
    const context = contextOf(ctx.req, ctx.res)
    const method = ctx.req.method!
    const route = routes.find(method, pathOf(ctx))
    let reply: Reply
    let isAnswered = true
    try {
      if (route) reply = await serve(route, ctx, context, authenticator)
      else {
        await next()
        throw unknown(ctx)
      }
    } catch (error) {
      isAnswered = false
      reply = problemReply(ctx, error, context, log)
    }
    sendReply(ctx, reply, context.requestId)
    const millis = performance.now() - begun
    const { status } = reply
    options.metrics.duration.observe(millis / 1000, method, route?.path ?? 'none', status)
    const isRead = method === 'GET' || method === 'HEAD'
    // That a process is not ready is an answer, and asked for again and again.
    const level = status >= 500 && !isAnswered ? 'error' : isRead ? 'debug' : 'info'
    if (log.isLevelEnabled(level)) {
      const { requestId, traceparent } = context
      log[level](
        { requestId, traceparent, method, path: ctx.path, status, ms: Math.round(millis) },
        'request',
      )
    }
  })
  // Reached without a route: they say which methods the path has.
  app.use(router.routes())
  app.use(router.allowedMethods())
  return app
}

const PLAIN_PATH = /^(?:\/[\w.-]+)+$/
/** What the router would run for a route. */
const NOTHING = (): void => {}

/** Koa's, which takes any form of a request's target, is only asked for what is more than a plain path. */
function pathOf(ctx: Koa.Context): string {
  const url = ctx.req.url!
  return PLAIN_PATH.test(url) ? url : ctx.path
}

function serve(
  { endpoint, params }: Route,
  ctx: Koa.Context,
  context: HttpContext,
  authenticator: Authenticator,
): Promise<Reply> {
  const { req: request } = ctx
  authorize(endpoint, request, context, authenticator)
  const { body } = endpoint
  // Completed below, not copied with `...`: a copy costs as much as all the rest of this function.
  const input = {
    params: endpoint.params && paramsOf(endpoint.params, params),
    query: endpoint.query && parse(endpoint.query, lastValues(ctx.query), 'query'),
    body: undefined as unknown,
    headers: request.headers,
    head: request.method === 'HEAD',
    request,
  }
  if (!body) return endpoint.handle(input, context)
  return readJson(request, body.maxBytes).then((json) => {
    input.body = parse(body.schema, json)
    return endpoint.handle(input, context)
  })
}

function authorize(
  endpoint: Endpoint,
  { headers }: IncomingMessage,
  context: HttpContext,
  authenticator: Authenticator,
): void {
  const access = endpoint.access ?? 'user'
  if (access === 'public') return
  const principal = authenticator.authenticate(headers.authorization || undefined)
  context.principal = principal
  if (access === 'admin' && !(principal.kind === 'user' && principal.admin)) {
    throw principal.kind === 'user'
      ? new DomainError('forbidden', 'this is for administrators: the token needs the claim admin')
      : new DomainError('unauthenticated', 'this is for administrators: send the token of one')
  }
}

function paramsOf(schema: NonNullable<Endpoint['params']>, params: Record<string, string>): unknown {
  // What the schema would make of it, which costs as much as a read from the cache.
  if (schema === idParams && isCanonicalUuid(params['id']!)) return params
  return parse(schema, params, 'path')
}

function parse(schema: NonNullable<Endpoint['params']>, value: unknown, place?: 'query' | 'path'): unknown {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  throw validationError(result.error, place)
}

/** The last value of a parameter that is given several times counts, as in the original. */
function lastValues(query: Koa.Context['query']): Record<string, string | undefined> {
  for (const name in query) {
    const value = query[name]
    if (Array.isArray(value)) query[name] = value.at(-1)!
  }
  return query as Record<string, string | undefined>
}

/** Nothing answered: the path is unknown, or known without this method (the router has set status and Allow). */
function unknown(ctx: Koa.Context): DomainError {
  if (ctx.status === 405 || ctx.status === 501) {
    return new DomainError(
      'method-not-allowed',
      `${ctx.method} is not for this path; the header Allow names what is`,
    )
  }
  return new DomainError('not-found', `there is no ${ctx.path} here`)
}

function problemReply(ctx: Koa.Context, error: unknown, context: HttpContext, log: Logger): Reply {
  const problem = problemOf(error, context.requestId)
  const { status } = problem
  if (status >= 500) log.error({ err: error, requestId: context.requestId }, problem.title)
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      // A body that was not read to its end would be taken for the next request.
      ...(!ctx.req.complete && { connection: 'close' }),
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(status === 503 && { 'retry-after': '1' }),
    },
    text: JSON.stringify(problem),
  }
}
