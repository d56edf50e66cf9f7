import { toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { ReflectionService } from '@grpc/reflection'
import { HealthImplementation } from 'grpc-health-check'
import type { Principal, RequestContext } from '../domain/request.ts'
import { listenError } from '../http/listen.ts'
import type { NewId } from '../runtime/ids.ts'
import { childTraceparent } from '../runtime/trace.ts'
import { type Call, type CallOptions, createCallPipeline } from './call-pipeline.ts'
import type { DocumentHandlers } from './handlers.ts'
import { FIELD_ERRORS_KEY, type Failure, PROBLEM_KEY } from './failure.ts'
import { DocumentService, file_document } from './gen/document_pb.ts'
import { MAX_MESSAGE_BYTES, grpcService } from './grpc-service.ts'

export interface GrpcServerOptions extends CallOptions {
  host: string
  /** 0: any free one */
  port: number
  handlers: DocumentHandlers
  newId: NewId
}

export interface GrpcServer {
  /** the port that it listens on */
  port: number
  /** Health says NOT_SERVING from now on, so that clients and balancers turn away; calls are still answered. */
  drain(): void
  /** Drains, takes no new calls, waits for the running ones at most `deadlineMs`, then breaks them off. */
  stop(deadlineMs: number): Promise<void>
}

const REQUEST_ID = /^[\w.:-]{1,128}$/

/**
 * Serves the document service over gRPC with health checking (grpc/grpc, doc/health-checking.md) and reflection
 * (doc/server-reflection.md); these two need no token.
 * @throws Error naming the port when it cannot be had
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_concurrent_streams': 1_000,
    // Nobody is served what it would record of each message.
    'grpc.enable_channelz': 0,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    // Clients that connect anew look a name up again, and so find instances that were added.
    'grpc.max_connection_age_ms': 300_000,
    'grpc.max_connection_age_grace_ms': 30_000,
  })
  server.addService(grpcService(DocumentService), implementation(options))
  const health = new HealthImplementation({ '': 'SERVING', [DocumentService.typeName]: 'SERVING' })
  health.addToServer(server)
  reflection().addToServer(server)
  const port = await bind(server, options)

  const drain = (): void => {
    health.setStatus('', 'NOT_SERVING')
    health.setStatus(DocumentService.typeName, 'NOT_SERVING')
  }
  return {
    port,
    drain,
    stop(deadlineMs) {
      drain()
      return shutDown(server, deadlineMs)
    },
  }
}

/** Only the original descriptor is used: what proto-loader makes of one is no longer quite the same. */
function reflection(): ReflectionService {
  const descriptor = Buffer.from(toBinary(FileDescriptorProtoSchema, file_document.proto))
  const format = 'Protocol Buffer 3 EnumDescriptorProto'
  return new ReflectionService({
    [file_document.name]: { format, type: {}, fileDescriptorProtos: [descriptor] },
  })
}

function implementation(options: GrpcServerOptions): UntypedServiceImplementation {
  const run = createCallPipeline(options)
  const methods: UntypedServiceImplementation = {}
  for (const method of DocumentService.methods) {
    const handle = options.handlers[method.localName as keyof DocumentHandlers] as (
      request: object,
      context: RequestContext,
    ) => Promise<object>
    methods[method.localName] = (
      call: ServerUnaryCall<object, object>,
      callback: sendUnaryData<object>,
    ): void => {
      const context = new CallContext(call, options.newId)
      const { requestId, traceparent } = context
      const about: Call = {
        protocol: 'grpc',
        method,
        authorization: textOf(call.metadata, 'authorization'),
        requestId,
        context(principal) {
          context.principal = principal
          return context
        },
      }
      void run(about, (context) => handle(call.request, context)).then((result) => {
        const metadata = new Metadata()
        metadata.set('x-request-id', requestId)
        metadata.set('traceparent', traceparent)
        if ('failure' in result) {
          // In the trailers only: a client repeats no call that has had headers (gRFC A6).
          callback(statusOf(result.failure, metadata))
        } else {
          call.sendMetadata(metadata)
          callback(null, result.response)
        }
      })
    }
  }
  return methods
}

const textOf = (metadata: Metadata, key: string): string | undefined => metadata.get(key)[0]?.toString()

/** What the call's metadata say, and what its handler may ask for. */
class CallContext implements RequestContext {
  principal: Principal = { kind: 'anonymous' }
  readonly requestId: string
  readonly traceparent: string
  readonly clientAddress: string
  readonly #call: ServerUnaryCall<object, object>
  #abort: AbortController | undefined

  constructor(call: ServerUnaryCall<object, object>, newId: NewId) {
    this.#call = call
    const { metadata } = call
    const givenId = textOf(metadata, 'x-request-id')
    this.requestId = givenId !== undefined && REQUEST_ID.test(givenId) ? givenId : newId()
    this.traceparent = childTraceparent(textOf(metadata, 'traceparent'))
    this.clientAddress = addressOf(call.getPeer())
  }

  // Made on demand; aborted too when the caller's deadline is over.
  get signal(): AbortSignal {
    if (!this.#abort) {
      const controller = (this.#abort = new AbortController())
      if (this.#call.cancelled) controller.abort()
      else this.#call.once('cancelled', () => controller.abort())
    }
    return this.#abort.signal
  }
}

/** `127.0.0.1:40012` or `[::1]:40012` without its port. */
function addressOf(peer: string): string {
  const port = peer.lastIndexOf(':')
  if (port < 0) return peer
  const host = peer.startsWith('[') ? peer.slice(1, port - 1) : peer.slice(0, port)
  return host.startsWith('::ffff:') ? host.slice(7) : host
}

function statusOf(
  failure: Failure,
  metadata: Metadata,
): { code: number; details: string; metadata: Metadata } {
  metadata.set(PROBLEM_KEY, failure.problem)
  if (failure.fieldErrors) metadata.set(FIELD_ERRORS_KEY, failure.fieldErrors)
  return { code: failure.code, details: failure.details, metadata }
}

async function bind(server: Server, { host, port }: GrpcServerOptions): Promise<number> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  try {
    return await new Promise<number>((resolve, reject) => {
      server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      )
    })
  } catch (error) {
    server.forceShutdown()
    const failure = error as NodeJS.ErrnoException
    // grpc-js tells the system's error only in its text.
    const code = /\b(?:EADDRINUSE|EACCES|EADDRNOTAVAIL)\b/.exec(failure.message)?.[0]
    throw listenError(
      code === undefined ? failure : Object.assign(failure, { code }),
      'listen.grpc',
      host,
      port,
    )
  }
}

async function shutDown(server: Server, deadlineMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const force = setTimeout(() => server.forceShutdown(), deadlineMs)
    server.tryShutdown(() => {
      clearTimeout(force)
      resolve()
    })
  })
}
