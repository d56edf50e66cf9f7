import type { IncomingMessage, ServerResponse } from 'node:http'
import Koa from 'koa'
import type { Authenticator } from '../auth/authenticator.ts'
import { DomainError } from '../domain/errors.ts'
import type { Logger } from '../runtime/logger.ts'
import type { Durations } from '../runtime/durations.ts'
import type { Metrics } from '../runtime/metrics.ts'
import type { NewId } from '../runtime/ids.ts'
import { createContexts, type HttpContext } from './context.ts'
import type { Endpoint, HttpResponse } from './endpoint.ts'
import { problemOf } from './problem.ts'
import { createRoutes } from './routes.ts'
import { runEndpoint } from './run-endpoint.ts'
import { sendResponse } from './send-response.ts'

export interface HttpOptions {
  log: Logger
  metrics: HttpMetrics
  authenticator: Authenticator
  newId: NewId
  trustedProxies: string[]
  /** Handles requests that are not REST (Connect, gRPC-Web) before any body is read. False: not its request. */
  handleRaw?: (request: IncomingMessage, response: ServerResponse) => boolean
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

/** A Koa application that serves these endpoints. Every error becomes a problem document (RFC 9457). */
export function createApp(endpoints: readonly Endpoint[], options: HttpOptions): Koa {
  const { authenticator, handleRaw, log, metrics } = options
  const contextOf = createContexts(options)
  const findRoute = createRoutes(endpoints)
  const app = new Koa()
  const onStreamError = (error: Error): void => log.debug({ err: error }, 'response ended with an error')
  // Koa's own listener prints the error to standard error.
  app.on('error', onStreamError)

  app.use(async (ctx) => {
    const { req: request, res } = ctx
    ctx.respond = false
    if (handleRaw?.(request, res)) return
    const begun = performance.now()
    const context = contextOf(request, res)
    const method = request.method!
    const route = findRoute(method, ctx.path)
    let response: HttpResponse
    let failed = false
    try {
      if (!route.endpoint) throw noRoute(method, ctx.path, route.allowed)
      response = await runEndpoint(
        route.endpoint,
        { request, params: route.params, query: ctx.query },
        context,
        authenticator,
      )
    } catch (error) {
      failed = true
      response = problemResponse(request, error, context, log)
      if (route.allowed.length > 0) response.headers!['allow'] = route.allowed.join(', ')
    }
    sendResponse(res, response, context.requestId, onStreamError)
    const millis = performance.now() - begun
    const { status } = response
    metrics.duration.observe(millis / 1000, method, route.template, status)
    const isRead = method === 'GET' || method === 'HEAD'
    // A 503 of /health/ready is no error of this process and comes often.
    const level = status >= 500 && failed ? 'error' : isRead ? 'debug' : 'info'
    if (log.isLevelEnabled(level)) {
      const { requestId, traceparent } = context
      log[level](
        { requestId, traceparent, method, path: ctx.path, status, ms: Math.round(millis) },
        'request',
      )
    }
  })
  return app
}

function noRoute(method: string, path: string, allowed: readonly string[]): DomainError {
  return allowed.length === 0
    ? new DomainError('not-found', `there is no ${path} here`)
    : new DomainError('method-not-allowed', `${method} is not allowed on this path; see the Allow header`)
}

function problemResponse(
  request: IncomingMessage,
  error: unknown,
  context: HttpContext,
  log: Logger,
): HttpResponse {
  const problem = problemOf(error, context.requestId)
  const { status } = problem
  if (status >= 500) log.error({ err: error, requestId: context.requestId }, problem.title)
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      // The rest of an unread body would be parsed as the next request.
      ...(!request.complete && { connection: 'close' }),
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(status === 503 && { 'retry-after': '1' }),
    },
    text: JSON.stringify(problem),
  }
}
