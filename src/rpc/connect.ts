import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DescMethod } from '@bufbuild/protobuf'
import { ConnectError, createContextKey, createContextValues, type HandlerContext } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import type { RequestContext } from '../domain/request.ts'
import { type ContextOptions, createContexts } from '../http/context.ts'
import { type CallOptions, createCallPipeline } from './call-pipeline.ts'
import type { DocumentHandlers } from './handlers.ts'
import { FIELD_ERRORS_KEY, type GrpcStatus, PROBLEM_KEY } from './grpc-status.ts'
import { DocumentService } from './gen/document_pb.ts'
import { MAX_MESSAGE_BYTES } from './grpc-service.ts'

export interface ConnectOptions extends CallOptions, ContextOptions {
  handlers: DocumentHandlers
}

const requestKey = createContextKey<RequestContext | undefined>(undefined)

/**
 * Serves the document service on an HTTP port, for browsers and curl: the Connect protocol (JSON or binary) and gRPC-Web.
 * The handler returns false for other paths and leaves such requests untouched.
 */
export function createConnectHandler(
  options: ConnectOptions,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const contextOf = createContexts(options)
  const prefix = `/${DocumentService.typeName}/`
  const adapter = connectNodeAdapter({
    grpc: false,
    readMaxBytes: MAX_MESSAGE_BYTES,
    writeMaxBytes: MAX_MESSAGE_BYTES,
    contextValues: (request) => createContextValues().set(requestKey, contextOf(request as IncomingMessage)),
    routes: (router) => router.service(DocumentService, implementation(options)),
  })
  return (request, response) => {
    if (!request.url?.startsWith(prefix)) return false
    // Koa has set 404.
    response.statusCode = 200
    adapter(request, response)
    return true
  }
}

function implementation(options: ConnectOptions): DocumentImplementation {
  const run = createCallPipeline(options)
  const adapt =
    <Request, Response>(
      method: DescMethod,
      handle: (request: Request, context: RequestContext) => Promise<Response>,
    ) =>
    async (request: Request, handler: HandlerContext): Promise<Response> => {
      const { requestId, traceparent, clientAddress } = handler.values.get(requestKey)!
      handler.responseHeader.set('x-request-id', requestId)
      handler.responseHeader.set('traceparent', traceparent)
      const { signal } = handler
      const result = await run(
        {
          protocol: 'connect',
          method,
          authorization: handler.requestHeader.get('authorization') ?? undefined,
          requestId,
          context: (principal) => ({ principal, requestId, traceparent, clientAddress, signal }),
        },
        (context) => handle(request, context),
      )
      if ('failure' in result) throw errorOf(result.failure)
      return result.response
    }
  const { method } = DocumentService
  const { handlers } = options
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
