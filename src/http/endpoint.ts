import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { z } from 'zod'
import type { ProblemCode } from '../domain/errors.ts'
import type { Policy } from '../domain/policy.ts'
import type { Principal, RequestContext } from '../domain/request.ts'
import type { Scope } from '../domain/scopes.ts'
import type { ResponseHeader } from './response-headers.ts'

/** One operation of the REST interface: the schemas that validate it also describe it in OpenAPI. */
export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** OpenAPI path template: `/documents/{id}` */
  path: string
  /** unique and stable, camelCase */
  operationId: string
  summary: string
  description?: string
  /**
   * Who may call it. What concerns the caller alone is checked before the handler is called; what concerns a document, where
   * the document is read.
   */
  policy: Policy
  /**
   * The handler authenticates the caller itself, since credentials can also come in other ways than in headers, and calls
   * `identified`.
   */
  authenticates?: 'itself'
  /** What an API key needs for it; default `read` of a GET, `write` of others. */
  scope?: Scope
  /** A GET that pages of other sites may not send to an open service, as if it changed something. */
  acts?: boolean
  /** Probes and scrapers must reach it always. */
  unlimited?: boolean
  params?: Params
  query?: Query
  /** Without it, the handler finds the unread body in `request`. */
  body?: { schema: Body; maxBytes: number }
  /** Of a body that the handler reads itself: schemas by media type, for OpenAPI. */
  rawBody?: { schemas: Record<string, z.ZodType> }
  /** Headers that the handler uses, with their meaning or a schema, for OpenAPI. */
  headers?: Record<string, string | z.ZodType>
  /** Success statuses, for OpenAPI. */
  responses: Record<number, ResponseDescription>
  /** What it can fail with, for OpenAPI, beside what any such endpoint can: `problemStatuses` in openapi.ts. */
  problems?: readonly ProblemCode[]
  handle(
    input: Input<z.output<Params>, z.output<Query>, z.output<Body>>,
    context: RequestContext,
  ): Promise<HttpResponse>
  /**
   * Learns of a request that failed, for any reason and at any point, before the response is sent.
   * @param params as the path has them, decoded
   */
  onError?(
    error: unknown,
    params: Record<string, string>,
    context: RequestContext,
    request: IncomingMessage,
  ): void
}

/** Endpoints that OpenAPI shows together. */
export interface EndpointGroup {
  name: string
  /** for OpenAPI */
  description: string
  endpoints: readonly Endpoint[]
}

interface ResponseDescription {
  description: string
  /** of a JSON body */
  schema?: z.ZodType
  /** schemas of a body that is not JSON, by media type */
  contentTypes?: Record<string, z.ZodType>
  /** that the handler can set, beside X-Request-Id */
  headers?: readonly ResponseHeader[]
}

export interface Input<Params = unknown, Query = unknown, Body = unknown> {
  params: Params
  query: Query
  body: Body
  headers: IncomingHttpHeaders
  /** True for a HEAD request: the response's body is not sent, and it does not count as a view. */
  head: boolean
  /** for a body that is streamed */
  request: IncomingMessage
  /** Tells who the caller is, where the handler finds it out. @throws TooManyRequests */
  identified(principal: Principal): void
}

export interface HttpResponse {
  status: number
  headers?: Record<string, string>
  /** headers Set-Cookie */
  cookies?: readonly string[]
  /** sent as JSON */
  json?: unknown
  /** JSON text, sent as it is */
  jsonText?: string
  /** sent as it is; `headers` give its type */
  text?: string
  /** sent as it is; `headers` give its type and length. Destroyed when the client disconnects. */
  stream?: Readable
  /** `text` in codings that were made before, such as by the build; others are made when they are needed */
  encoded?: Partial<Record<string, Uint8Array>>
  /** It has a credential in it, so it is not compressed (BREACH). */
  secret?: true
}

/** Derives the types of the handler's input from the schemas. */
export function defineEndpoint<
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(endpoint: Endpoint<Params, Query, Body>): Endpoint {
  return endpoint as unknown as Endpoint
}
