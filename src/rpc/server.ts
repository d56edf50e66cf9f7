import { type DescMessage, type DescService, fromBinary } from '@bufbuild/protobuf'
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'
import { DomainError } from '../domain/errors.ts'
import { requestIdOf } from '../domain/request-id.ts'
import type { Refusals } from '../domain/refusals.ts'
import type { Principal, RequestContext } from '../domain/request.ts'
import type { ContextOptions } from '../http/context.ts'
import { listenError } from '../http/listen.ts'
import type { RequestLimits } from '../http/request-limits.ts'
import type { RequestGuard } from '../http/request-guard.ts'
import type { NewId } from '../runtime/ids.ts'
import { childTraceparent } from '../runtime/trace.ts'
import { type Caller, type Callers, createCallAuthentication } from './call-authentication.ts'
import { metadataOf, statusOf, textOf } from './call-metadata.ts'
import { type Call, type CallOptions, type CallPipeline, createCallPipeline } from './call-pipeline.ts'
import type { AccessHandlers, DocumentHandlers, IdentityHandlers } from './handlers.ts'
import { DocumentService } from './gen/document_pb.ts'
import { AccessService } from './gen/docmgr/access_pb.ts'
import { IdentityService } from './gen/docmgr/identity_pb.ts'
import { MAX_MESSAGE_BYTES, MAX_REQUEST_BYTES, grpcService } from './grpc-service.ts'
import { createReflection } from './reflection.ts'

export interface GrpcServerOptions extends CallOptions, ContextOptions {
  host: string
  /** 0: any free one */
  port: number
  guard: RequestGuard
  limits: RequestLimits
  handlers: DocumentHandlers
  /** for the other roles only; without them, none asks */
  identities?: IdentityHandlers
  /** the same */
  access?: AccessHandlers
  refusals: Pick<Refusals, 'record'>
}

export interface GrpcServer {
  /** the port that it listens on */
  port: number
  /** Health answers NOT_SERVING from now on, so that clients and load balancers leave; calls are still answered. */
  drain(): void
  /** Drains, accepts no new calls, waits at most `deadlineMs` for the calls in flight, then cancels them. */
  stop(deadlineMs: number): Promise<void>
}

/**
 * Serves the document service over gRPC with health checking (grpc/grpc, doc/health-checking.md) and reflection
 * (doc/server-reflection.md), and beside it what only other roles may ask. Each method has
 * a policy; only health needs no token. Nothing of a call is parsed before its caller is known.
 * @throws Error naming the port when it cannot listen there
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const pipeline = createCallPipeline(options)
  const callers: Callers = new WeakMap()
  const serving: ServingOptions = { ...options, pipeline, callers }
  const server = new Server({
    interceptors: [createCallAuthentication({ ...options, ...serving })],
    'grpc.max_receive_message_length': MAX_REQUEST_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    // Of a connection.
    'grpc.max_concurrent_streams': 100,
    // Nothing reads its statistics.
    'grpc.enable_channelz': 0,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    // Clients that reconnect resolve the name again, and so find new instances.
    'grpc.max_connection_age_ms': 300_000,
    'grpc.max_connection_age_grace_ms': 30_000,
  })
  const serve = (service: DescService, handlers: object): void =>
    server.addService(definitionOf(service), implementation(service, handlers, serving))
  serve(DocumentService, options.handlers)
  if (options.identities) serve(IdentityService, options.identities)
  if (options.access) serve(AccessService, options.access)
  const health = new HealthImplementation({ '': 'SERVING', [DocumentService.typeName]: 'SERVING' })
  health.addToServer(server)
  createReflection().addToServer(server)
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

interface ServingOptions {
  callers: Callers
  limits: RequestLimits
  newId: NewId
  pipeline: CallPipeline
}

type Handle = (request: object, context: RequestContext) => Promise<object>

/** Messages are left as bytes: one of a caller who has used up its limit is not parsed. */
function definitionOf(service: DescService): ServiceDefinition {
  const methods = Object.entries(grpcService(service))
  return Object.fromEntries(
    methods.map(([name, method]) => [name, { ...method, requestDeserialize: (bytes: Buffer) => bytes }]),
  )
}

function implementation(
  service: DescService,
  handlers: object,
  { callers, limits, newId, pipeline }: ServingOptions,
): UntypedServiceImplementation {
  const methods: UntypedServiceImplementation = {}
  for (const method of service.methods) {
    const { input, localName, name } = method
    const handle = (handlers as Record<string, Handle>)[localName]!
    methods[localName] = (call: ServerUnaryCall<Buffer, object>, callback: sendUnaryData<object>): void => {
      const caller = callers.get(call.metadata)!
      const context = new CallContext(call, caller, newId)
      const about: Call = {
        protocol: 'grpc',
        method: name,
        service: service.typeName,
        context,
        request: undefined,
        parent: textOf(call.metadata, 'traceparent'),
      }
      const run = async (): Promise<object> => {
        if (!caller.isRole) limits.countBytes(caller, call.request.length)
        const request = parse(input, call.request)
        about.request = request
        return handle(request, context)
      }
      void pipeline.run(about, run).then((result) => {
        const error = 'failure' in result ? result.failure.limit : undefined
        const { requestId, traceparent } = context
        const common = ['x-request-id', requestId, 'traceparent', traceparent]
        const metadata = metadataOf([...common, ...limits.headersOf(caller.usages, error)])
        if ('failure' in result) {
          // In the trailers only: a client does not retry a call that has received headers (gRFC A6).
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

/** @throws DomainError malformed-request */
function parse(input: DescMessage, bytes: Buffer): object {
  try {
    return fromBinary(input, bytes)
  } catch (error) {
    throw new DomainError('malformed-request', `the message is no ${input.name}: ${(error as Error).message}`)
  }
}

/** The context of a call, from its metadata. */
class CallContext implements RequestContext {
  readonly principal: Principal
  readonly requestId: string
  readonly traceparent: string
  readonly clientAddress: string
  readonly userAgent: string | undefined
  readonly #call: ServerUnaryCall<Buffer, object>
  #abort: AbortController | undefined

  constructor(call: ServerUnaryCall<Buffer, object>, caller: Caller, newId: NewId) {
    this.#call = call
    this.principal = caller.principal
    this.clientAddress = caller.clientAddress
    const { metadata } = call
    this.userAgent = textOf(metadata, 'user-agent')
    this.requestId = requestIdOf(textOf(metadata, 'x-request-id'), newId)
    this.traceparent = childTraceparent(textOf(metadata, 'traceparent'))
  }

  // Lazy; also aborts at the caller's deadline.
  get signal(): AbortSignal {
    if (!this.#abort) {
      const controller = (this.#abort = new AbortController())
      if (this.#call.cancelled) controller.abort()
      else this.#call.once('cancelled', () => controller.abort())
    }
    return this.#abort.signal
  }
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
    // grpc-js has the error code of the system only in its message.
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
