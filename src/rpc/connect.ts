import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DescMethod } from '@bufbuild/protobuf'
import { ConnectError, createContextKey, createContextValues, type HandlerContext } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import type { Authenticator } from '../auth/authenticator.ts'
import { DomainError, isProblem } from '../domain/errors.ts'
import type { Refusals } from '../domain/refusals.ts'
import type { RequestContext } from '../domain/request.ts'
import { type ContextOptions, createContexts } from '../http/context.ts'
import type { RawHandler } from '../http/create-app.ts'
import { readRefusedBody } from '../http/refused-body.ts'
import type { RequestLimits } from '../http/request-limits.ts'
import { allowBody, endResponse, isUnread } from '../http/request-body.ts'
import { type CallOptions, type CallPipeline, createCallPipeline } from './call-pipeline.ts'
import type { DocumentHandlers } from './handlers.ts'
import { FIELD_ERRORS_KEY, type GrpcStatus, PROBLEM_KEY } from './grpc-status.ts'
import { DocumentService } from './gen/document_pb.ts'
import { MAX_MESSAGE_BYTES, MAX_REQUEST_BYTES } from './grpc-service.ts'
import { recordRefusedMessage } from './refused-message.ts'

export interface ConnectOptions extends CallOptions, ContextOptions {
  authenticator: Authenticator
  limits: RequestLimits
  handlers: DocumentHandlers
  refusals: Pick<Refusals, 'record'>
}

const requestKey = createContextKey<RequestContext | undefined>(undefined)

/**
 * Serves the document service on an HTTP port, for browsers and curl: the Connect protocol (JSON or binary) and gRPC-Web.
 * The handler reads the headers, and the body only when the caller is known and the body is small and not compressed.
 */
export function createConnectHandler(options: ConnectOptions): RawHandler {
  const contextOf = createContexts(options)
  const prefix = `/${DocumentService.typeName}/`
  const accepted = new WeakMap<object, RequestContext>()
  const handled = new WeakSet<RequestContext>()
  const pipeline = createCallPipeline(options)
  const adapter = connectNodeAdapter({
    grpc: false,
    readMaxBytes: MAX_REQUEST_BYTES,
    writeMaxBytes: MAX_MESSAGE_BYTES,
    acceptCompression: [],
    contextValues: (request) => createContextValues().set(requestKey, accepted.get(request)),
    routes: (router) => router.service(DocumentService, implementation(options, pipeline, handled)),
  })
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const context = contextOf(request)
    const begun = performance.now()
    const name = request.url!.slice(prefix.length).split('?', 1)[0]
    const method = DocumentService.methods.find((each) => each.name === name)?.name ?? 'unknown'
    try {
      options.limits.countAddress(context)
      // Roles call over gRPC: their tokens are none here.
      const authorization = request.headers.authorization || undefined
      context.principal = (await options.authenticator.identify({ authorization })).principal
      options.limits.countPrincipal(context)
      checkRequest(request)
      options.limits.countBody(context, request)
    } catch (error) {
      const { requestId, usages } = context
      const failure = pipeline.refuse({ protocol: 'connect', method, requestId }, error)
      setHeaders(response, options.limits.headersOf(usages, error))
      if (isProblem(error, 'unauthenticated')) recordRefused(request, context, options.refusals)
      return sendFailure(response, failure, requestId)
    }
    accepted.set(request, context)
    allowBody(request, response)
    // Koa has set 404.
    response.statusCode = 200
    // Also for what the adapter answers itself, such as a message that it cannot read.
    setHeaders(response, [...commonHeaders(context), ...options.limits.headersOf(context.usages)])
    response.once('close', () => {
      if (!handled.has(context))
        pipeline.note({ protocol: 'connect', method, context }, statusOf(response), begun)
    })
    adapter(request, response)
  }
  return { accepts: ({ url }) => url!.startsWith(prefix), handle: (...call) => void handle(...call) }
}

/** Before the failure is sent, which closes the connection. */
function recordRefused(
  request: IncomingMessage,
  caller: RequestContext,
  refusals: ConnectOptions['refusals'],
): void {
  const [path, type] = [request.url!.split('?', 1)[0]!, request.headers['content-type'] ?? '']
  void readRefusedBody(request).then((bytes) => {
    if (bytes) recordRefusedMessage({ path, bytes, type }, caller, refusals)
  })
}

/** @throws DomainError unsupported-encoding, payload-too-large */
function checkRequest({ headers }: IncomingMessage): void {
  for (const name of ['content-encoding', 'connect-content-encoding', 'grpc-encoding']) {
    const encoding = headers[name]
    if (encoding !== undefined && encoding !== 'identity') {
      throw new DomainError('unsupported-encoding', `header ${name}: requests must not be compressed`)
    }
  }
  if (Number(headers['content-length'] ?? 0) > MAX_REQUEST_BYTES) {
    throw new DomainError('payload-too-large', `a request must have at most ${MAX_REQUEST_BYTES} bytes`)
  }
}

const commonHeaders = ({ requestId, traceparent }: RequestContext): string[] => [
  ...['x-request-id', requestId, 'traceparent', traceparent],
  // A caller may not cache what another one may not see, and no browser guesses another type.
  ...['cache-control', 'no-store', 'x-content-type-options', 'nosniff'],
]

/** @param list names and values in turn */
function setHeaders(response: ServerResponse, list: readonly string[]): void {
  for (let n = 0; n < list.length; n += 2) response.setHeader(list[n]!, list[n + 1]!)
}

/** What the adapter refuses by itself: the method, the type, the size, or a message that it cannot read. */
function statusOf(response: ServerResponse): GrpcStatus['name'] {
  if (!response.writableFinished) return 'CANCELLED'
  if ([404, 405, 415].includes(response.statusCode)) return 'UNIMPLEMENTED'
  return response.statusCode === 429 ? 'RESOURCE_EXHAUSTED' : 'INVALID_ARGUMENT'
}

/** @param handled gets the contexts of the calls that are logged */
function implementation(
  { handlers }: ConnectOptions,
  pipeline: CallPipeline,
  handled: WeakSet<RequestContext>,
): DocumentImplementation {
  const adapt =
    <Request, Response>(
      method: DescMethod,
      handle: (request: Request, context: RequestContext) => Promise<Response>,
    ) =>
    async (request: Request, handler: HandlerContext): Promise<Response> => {
      const context = handler.values.get(requestKey)!
      const { principal, requestId, traceparent, clientAddress } = context
      handled.add(context)
      const { signal } = handler
      const result = await pipeline.run(
        {
          protocol: 'connect',
          method: method.name,
          service: DocumentService.typeName,
          context: { principal, requestId, traceparent, clientAddress, signal },
          request,
          parent: handler.requestHeader.get('traceparent') ?? undefined,
        },
        (context) => handle(request, context),
      )
      if ('failure' in result) throw errorOf(result.failure)
      return result.response
    }
  const { method } = DocumentService
  return {
    updateDocumentStatus: adapt(method.updateDocumentStatus, handlers.updateDocumentStatus),
    getDocument: adapt(method.getDocument, handlers.getDocument),
    documentExists: adapt(method.documentExists, handlers.documentExists),
  }
}

type DocumentImplementation = {
  [Name in keyof DocumentHandlers]: (
    request: Parameters<DocumentHandlers[Name]>[0],
    context: HandlerContext,
  ) => ReturnType<DocumentHandlers[Name]>
}

function errorOf({ details, code, problem, fieldErrors }: GrpcStatus): ConnectError {
  const metadata = new Headers({ [PROBLEM_KEY]: problem })
  // Binary metadata is base64 without padding.
  if (fieldErrors) metadata.set(FIELD_ERRORS_KEY, fieldErrors.toString('base64').replace(/=+$/, ''))
  return new ConnectError(details, code, metadata)
}

/** HTTP statuses of Connect's codes (connectrpc.com/docs/protocol, "Error Codes"), for what is refused before a call. */
const HTTP_STATUSES: Partial<Record<GrpcStatus['name'], number>> = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  UNIMPLEMENTED: 501,
}

/** Answers before the body was read, in the protocol of the request: Connect, or gRPC-Web with a status in the headers. */
function sendFailure(response: ServerResponse, failure: GrpcStatus, requestId: string): void {
  const { req: request } = response
  const type = request.headers['content-type'] ?? ''
  const headers: Record<string, string | number> = {
    'x-request-id': requestId,
    [PROBLEM_KEY]: failure.problem,
    // A caller may not cache what another one may not see, and no browser guesses another type.
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(failure.limit && { 'retry-after': failure.limit.retryAfter }),
    ...(isUnread(request) && { connection: 'close' }),
  }
  if (type.startsWith('application/grpc-web')) {
    response.writeHead(200, {
      ...headers,
      'content-type': type,
      'grpc-accept-encoding': 'identity',
      'grpc-status': failure.code,
      'grpc-message': encodeURIComponent(failure.details),
    })
    return endResponse(response, undefined)
  }
  const body = JSON.stringify({ code: failure.name.toLowerCase(), message: failure.details })
  response.writeHead(HTTP_STATUSES[failure.name] ?? 500, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'accept-encoding': 'identity',
    ...(failure.name === 'UNAUTHENTICATED' && { 'www-authenticate': 'Bearer' }),
  })
  endResponse(response, body)
}
