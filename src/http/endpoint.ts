import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { z } from 'zod'
import type { RequestContext } from '../domain/request.ts'

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
  /** who may call it; `user` is anyone where authentication is open. Default `user`. */
  access?: 'public' | 'user' | 'admin'
  /** A GET that pages of other sites may not send to an open service, as if it changed something. */
  acts?: boolean
  params?: Params
  query?: Query
  /** Without it, the handler finds the unread body in `request`. */
  body?: { schema: Body; maxBytes: number }
  /** Media types of a body that the handler reads itself, and schemas of some of them, for OpenAPI. */
  rawBody?: { description: string; contentTypes: string[]; schemas?: Record<string, z.ZodType> }
  /** Headers that the handler uses, with their meaning, for OpenAPI. */
  headers?: Record<string, string>
  /** Success statuses, for OpenAPI; every operation has the same problems. */
  responses: Record<number, { description: string; schema?: z.ZodType; contentType?: string }>
  handle(
    input: Input<z.output<Params>, z.output<Query>, z.output<Body>>,
    context: RequestContext,
  ): Promise<HttpResponse>
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
}

export interface HttpResponse {
  status: number
  headers?: Record<string, string>
  /** sent as JSON */
  json?: unknown
  /** JSON text, sent as it is */
  jsonText?: string
  /** sent as it is; `headers` give its type */
  text?: string
  /** sent as it is; `headers` give its type and length. Destroyed when the client disconnects. */
  stream?: Readable
}

/** Derives the types of the handler's input from the schemas. */
export function defineEndpoint<
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(endpoint: Endpoint<Params, Query, Body>): Endpoint {
  return endpoint as unknown as Endpoint
}
