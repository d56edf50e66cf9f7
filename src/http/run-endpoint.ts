import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ParsedUrlQuery } from 'node:querystring'
import type { Authenticator } from '../auth/authenticator.ts'
import { type Principal, requireAdmin, requireScope } from '../domain/request.ts'
import { isCanonicalUuid } from '../domain/uuid.ts'
import { readJson } from './body.ts'
import type { HttpContext } from './context.ts'
import type { Endpoint, HttpResponse } from './endpoint.ts'
import { idParams } from './fields.ts'
import { requireKnownNames } from './known-names.ts'
import { validationError } from './problem.ts'
import { requireOwnPage } from './own-page.ts'
import { parseQuery } from './query.ts'
import { allowBody } from './request-body.ts'
import { countsByCookie, credentialsOf } from './session-cookie.ts'
import type { RequestLimits } from './request-limits.ts'

export interface RoutedRequest {
  request: IncomingMessage
  res: ServerResponse
  /** of the path, decoded */
  params: Record<string, string>
  query: ParsedUrlQuery
}

export interface EndpointOptions {
  authenticator: Authenticator
  limits: RequestLimits
}

/**
 * Authenticates the request, validates its parts by the endpoint's schemas and calls the handler.
 * @throws DomainError unauthenticated, forbidden, too-many-requests, validation-failed, errors of reading the body, errors of the handler
 */
export function runEndpoint(
  endpoint: Endpoint,
  routed: RoutedRequest,
  context: HttpContext,
  options: EndpointOptions,
): Promise<HttpResponse> {
  const authorized = authorize(endpoint, routed.request, context, options.authenticator)
  const run = () => runAuthorized(endpoint, routed, context, options)
  // Most callers are known at once, and a promise would cost every cached read.
  return authorized ? authorized.then(run) : run()
}

function runAuthorized(
  endpoint: Endpoint,
  { request, res, params, query }: RoutedRequest,
  context: HttpContext,
  { limits }: EndpointOptions,
): Promise<HttpResponse> {
  if (endpoint.unlimited !== true) limits.countPrincipal(context)
  // Probes and scrapers add parameters of their own.
  if (endpoint.policy !== 'public' && !endpoint.query && endpoint.unlimited !== true)
    requireKnownNames(query, undefined, 'query')
  const { body } = endpoint
  const input = {
    params: endpoint.params && parseParams(endpoint.params, params),
    query: endpoint.query && parseQuery(endpoint.query, query),
    body: undefined as unknown,
    headers: request.headers,
    head: request.method === 'HEAD',
    request,
    identified(principal: Principal): void {
      context.principal = principal
      limits.countPrincipal(context)
    },
  }
  limits.countBody(context, request)
  allowBody(request, res)
  if (!body) return endpoint.handle(input, context)
  return readJson(request, body.maxBytes).then((json) => {
    const parsed = parse(body.schema, json)
    // Clients of the original send other fields with POST.
    if (endpoint.method === 'PATCH') requireKnownNames(json as object, body.schema)
    input.body = parsed
    return endpoint.handle(input, context)
  })
}

function authorize(
  endpoint: Endpoint,
  request: IncomingMessage,
  context: HttpContext,
  authenticator: Authenticator,
): Promise<void> | undefined {
  if (endpoint.policy === 'public' || endpoint.authenticates === 'itself') return undefined
  const credentials = credentialsOf(request.headers)
  // Otherwise a page of another site could act with the session of who looks at it.
  const isBySession = authenticator.mode === 'required' && countsByCookie(credentials)
  if (isBySession && endpoint.method !== 'GET') requireOwnPage(request)
  const identity = authenticator.identify(credentials)
  if (identity instanceof Promise)
    return identity.then(({ principal }) => allow(endpoint, principal, context, authenticator))
  allow(endpoint, identity.principal, context, authenticator)
  return undefined
}

/** @throws DomainError forbidden, unauthenticated */
function allow(
  { policy, method, scope }: Endpoint,
  principal: Principal,
  context: HttpContext,
  { mode }: Authenticator,
): void {
  context.principal = principal
  if (policy === 'admin' || (policy === 'operator' && mode === 'required')) return requireAdmin(principal)
  requireScope(principal, scope ?? (method === 'GET' ? 'read' : 'write'))
}

function parseParams(schema: NonNullable<Endpoint['params']>, params: Record<string, string>): unknown {
  // Nearly every path has one canonical UUID; the schema would return the same at the cost of a cached read.
  if (schema === idParams && isCanonicalUuid(params['id']!)) return params
  return parse(schema, params, 'path')
}

function parse(schema: NonNullable<Endpoint['params']>, value: unknown, place?: 'path'): unknown {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  throw validationError(result.error, place)
}
