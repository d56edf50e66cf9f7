import type { IncomingMessage, ServerResponse } from 'node:http'
import Koa from 'koa'
import type { Authenticator } from '../auth/authenticator.ts'
import { DomainError } from '../domain/errors.ts'
import type { Logger } from '../runtime/logger.ts'
import type { Durations } from '../runtime/durations.ts'
import type { Metrics } from '../runtime/metrics.ts'
import type { NewId } from '../runtime/ids.ts'
import { withinTrace } from '../runtime/spans.ts'
import { createContexts, type HttpContext } from './context.ts'
import { type Cors, createCors } from './cors.ts'
import type { Endpoint, HttpResponse } from './endpoint.ts'
import { problemResponse } from './problem-response.ts'
import { createRoutes, type Route } from './routes.ts'
import type { RequestGuard } from './request-guard.ts'
import type { RequestLimits } from './request-limits.ts'
import { type EndpointOptions, type RoutedRequest, runEndpoint } from './run-endpoint.ts'
import { createRequestLog } from './request-log.ts'
import { recordRequestSpan } from './request-span.ts'
import { sendResponse } from './send-response.ts'

export interface HttpOptions {
  log: Logger
  metrics: HttpMetrics
  authenticator: Authenticator
  guard: RequestGuard
  limits: RequestLimits
  newId: NewId
  trustedProxies: string[]
  /** origins whose pages may read responses */
  origins: readonly string[]
  raw?: RawHandler
  /** What a browser is shown at an address that there is not; without it, and for other clients, a problem document. */
  notFoundPage?: (() => Promise<HttpResponse>) | undefined
}

/** Handles requests that are not REST (Connect, gRPC-Web), all of them POST, before any body is read. */
export interface RawHandler {
  accepts(request: IncomingMessage): boolean
  handle(request: IncomingMessage, response: ServerResponse): void
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

const RAW_ROUTE: Route = { endpoint: undefined, template: 'none', params: {}, allowed: ['POST'] }

/** A Koa application that serves these endpoints. Every error becomes a problem document (RFC 9457). */
export function createApp(endpoints: readonly Endpoint[], options: HttpOptions): Koa {
  const { guard, raw, limits, log, metrics } = options
  const contextOf = createContexts(options)
  const findRoute = createRoutes(endpoints)
  const cors = createCors(options.origins)
  const logRequest = createRequestLog(log)
  const app = new Koa()
  const onStreamError = (error: Error): void => log.debug({ err: error }, 'response ended with an error')
  // Koa's own listener prints the error to standard error.
  app.on('error', onStreamError)

  app.use(async (ctx) => {
    const { req: request, res } = ctx
    ctx.respond = false
    const begun = performance.now()
    const bytesBefore = request.socket.bytesWritten
    const context = contextOf(request, res)
    const method = request.method!
    const isRaw = raw?.accepts(request) === true
    const route = isRaw ? RAW_ROUTE : findRoute(method, ctx.path)
    let response: HttpResponse
    let failure: unknown
    try {
      guard.check(request, route.endpoint?.acts === true)
      if (isRaw && method !== 'OPTIONS') return handleRaw(raw, request, res, cors)
      if (route.endpoint?.unlimited !== true) limits.countAddress(context)
      const routed = { request, res, params: route.params, query: ctx.query }
      response = await withinTrace(context, () => runRoute(route, routed, context, options, cors))
    } catch (error) {
      failure = error
      route.endpoint?.onError?.(error, route.params, context, request)
      response = problemResponse(request, error, context.requestId)
      if (response.status >= 500) log.error({ err: error, requestId: context.requestId }, 'request failed')
      if (route.allowed.length > 0) response.headers!['allow'] = allowed(route)
    }
    const common = [...commonHeaders(context, limits, failure), ...cors.headersOf(request)]
    sendResponse(res, response, { common, onError: onStreamError })
    const millis = performance.now() - begun
    const { status } = response
    metrics.duration.observe(millis / 1000, method, route.template, status)
    recordRequestSpan({ request, route, context, status, begun })
    logRequest({ request, res, route, context, response, millis, bytesBefore, failed: failure !== undefined })
  })
  return app
}

function handleRaw(raw: RawHandler, request: IncomingMessage, res: ServerResponse, cors: Cors): void {
  const headers = cors.headersOf(request)
  for (let index = 0; index < headers.length; index += 2) res.setHeader(headers[index]!, headers[index + 1]!)
  raw.handle(request, res)
}

/** A path that someone mistook can hold a secret, and errors are logged by clients. */
const NO_SUCH_PATH = 'nothing has this path; GET /openapi.json lists what there is'

async function runRoute(
  route: Route,
  routed: RoutedRequest,
  context: HttpContext,
  options: EndpointOptions & Pick<HttpOptions, 'notFoundPage'>,
  cors: Cors,
): Promise<HttpResponse> {
  if (route.endpoint) return runEndpoint(route.endpoint, routed, context, options)
  const { method, url } = routed.request
  const isKnown = route.allowed.length > 0
  if (method === 'OPTIONS') {
    const { request } = routed
    const allow = allowed(route)
    if (isKnown) return { status: 204, headers: { allow, ...cors.preflightHeaders(request, allow) } }
    if (url === '*') return { status: 204 }
    // Otherwise a page learns of a wrong path no more than "Failed to fetch".
    if (cors.isPreflight(request)) return { status: 204, headers: cors.preflightHeaders(request, '*') }
  }
  if (!isKnown && options.notFoundPage && isOpenedByBrowser(routed.request)) return options.notFoundPage()
  throw isKnown
    ? new DomainError('method-not-allowed', `${method} is not allowed on this path; see the Allow header`)
    : new DomainError('not-found', NO_SUCH_PATH)
}

/** A person has typed or followed an address: only then does a client ask for a page by name. */
const isOpenedByBrowser = ({ method, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && /(^|,)\s*text\/html\s*(;|,|$)/i.test(headers.accept ?? '')

const commonHeaders = (
  { requestId, usages }: HttpContext,
  limits: RequestLimits,
  failure: unknown,
): string[] => ['x-request-id', requestId, ...limits.headersOf(usages, failure)]

const allowed = (route: Route): string => [...route.allowed, 'OPTIONS'].join(', ')
