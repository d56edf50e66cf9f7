import type { DescService } from '@bufbuild/protobuf'
import {
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'
import { isServiceScheme } from '../auth/service-tokens.ts'
import { requestIdOf } from '../domain/request-id.ts'
import type { Principal, RequestContext } from '../domain/request.ts'
import { type ContextOptions, createClientAddress } from '../http/context.ts'
import { listenError } from '../http/listen.ts'
import { addressWithoutPort } from '../http/peer-address.ts'
import type { RequestLimits } from '../http/request-limits.ts'
import type { RequestGuard } from '../http/request-guard.ts'
import type { NewId } from '../runtime/ids.ts'
import { childTraceparent } from '../runtime/trace.ts'
import { type CallOptions, type CallPipeline, createCallPipeline } from './call-pipeline.ts'
import type { AccessHandlers, DocumentHandlers, IdentityHandlers } from './handlers.ts'
import { FIELD_ERRORS_KEY, type GrpcStatus, PROBLEM_KEY } from './grpc-status.ts'
import { DocumentService } from './gen/document_pb.ts'
import { AccessService } from './gen/docmgr/access_pb.ts'
import { IdentityService } from './gen/docmgr/identity_pb.ts'
import { MAX_MESSAGE_BYTES, MAX_REQUEST_BYTES, grpcService } from './grpc-service.ts'
import { policyOfCall, requirePolicy } from './policies.ts'
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
 * a policy; only health needs no token. Nothing of a call is read before its caller is known.
 * @throws Error naming the port when it cannot listen there
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { newId } = options
  const pipeline = createCallPipeline(options)
  const callers: Callers = new WeakMap()
  const server = new Server({
    interceptors: [authentication(options, pipeline, callers)],
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
    server.addService(grpcService(service), implementation(service, handlers, { newId, pipeline, callers }))
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

const ANONYMOUS: Principal = { kind: 'anonymous' }

type Caller = Pick<RequestContext, 'principal' | 'clientAddress'>

/** By the metadata of a call, which its handler receives, too. */
type Callers = WeakMap<Metadata, Caller>

/** Refuses a call by its headers, before its first message is read. */
function authentication(
  options: GrpcServerOptions,
  pipeline: CallPipeline,
  callers: Callers,
): ServerInterceptor {
  const { guard, newId, trustedProxies } = options
  const addressOf = createClientAddress(trustedProxies)
  return ({ path }, call) => {
    const accept = async (metadata: Metadata): Promise<void> => {
      const [origin, site] = [textOf(metadata, 'origin'), textOf(metadata, 'sec-fetch-site')]
      guard.checkCall({ host: call.getHost(), origin, site })
      const clientAddress = addressOf({
        headers: forwardedBy(metadata),
        socket: { remoteAddress: addressWithoutPort(call.getPeer()) },
      })
      const principal = await identify(options, clientAddress, textOf(metadata, 'authorization'))
      requirePolicy(path, principal, options.authenticator.mode)
      callers.set(metadata, { principal, clientAddress })
    }
    const refuse = (metadata: Metadata, error: unknown): void => {
      const requestId = requestIdOf(textOf(metadata, 'x-request-id'), newId)
      const method = path.slice(path.lastIndexOf('/') + 1)
      const failure = pipeline.refuse({ protocol: 'grpc', method, requestId }, error)
      const trailers = new Metadata()
      trailers.set('x-request-id', requestId)
      call.sendStatus(statusOf(failure, trailers))
    }
    const listener = new ServerListenerBuilder().withOnReceiveMetadata((metadata, next) => {
      if (policyOfCall(path) === 'public') return next(metadata)
      accept(metadata).then(
        () => next(metadata),
        (error: unknown) => refuse(metadata, error),
      )
    })
    return new ServerInterceptingCall(call, { start: (next) => next(listener.build()) })
  }
}

/**
 * Counts a call and finds its principal. The calls of a role are for many clients, whose requests were counted: they are
 * not counted again, and only the ones with a service token that is not valid are.
 * @throws DomainError unauthenticated, too-many-requests
 */
async function identify(
  { authenticator, limits }: GrpcServerOptions,
  clientAddress: string,
  authorization: string | undefined,
): Promise<Principal> {
  const clientOf = (principal: Principal) => ({ clientAddress, principal, usages: [] })
  const saysService = isServiceScheme(authorization)
  if (!saysService) limits.countAddress(clientOf(ANONYMOUS))
  try {
    const principal = await authenticator.identifyCall(authorization)
    if (!saysService) limits.countPrincipal(clientOf(principal))
    return principal
  } catch (error) {
    if (saysService) limits.countAddress(clientOf(ANONYMOUS))
    throw error
  }
}

type Handle = (request: object, context: RequestContext) => Promise<object>

function implementation(
  service: DescService,
  handlers: object,
  { newId, pipeline, callers }: { newId: NewId; pipeline: CallPipeline; callers: Callers },
): UntypedServiceImplementation {
  const methods: UntypedServiceImplementation = {}
  for (const { name, localName } of service.methods) {
    const handle = (handlers as Record<string, Handle>)[localName]!
    methods[localName] = (call: ServerUnaryCall<object, object>, callback: sendUnaryData<object>): void => {
      const context = new CallContext(call, callers.get(call.metadata)!, newId)
      const { requestId, traceparent } = context
      const parent = textOf(call.metadata, 'traceparent')
      const { typeName } = service
      const about = {
        protocol: 'grpc',
        method: name,
        service: typeName,
        context,
        request: call.request,
        parent,
      } as const
      void pipeline
        .run(about, () => handle(call.request, context))
        .then((result) => {
          const metadata = new Metadata()
          metadata.set('x-request-id', requestId)
          metadata.set('traceparent', traceparent)
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

const textOf = (metadata: Metadata, key: string): string | undefined => metadata.get(key)[0]?.toString()

/** All of X-Forwarded-For, as node joins it for HTTP: a proxy may add a field of its own after that of the client. */
function forwardedBy(metadata: Metadata): { 'x-forwarded-for'?: string } {
  const forwarded = metadata.get('x-forwarded-for')
  return forwarded.length === 0 ? {} : { 'x-forwarded-for': forwarded.join(', ') }
}

/** The context of a call, from its metadata. */
class CallContext implements RequestContext {
  readonly principal: Principal
  readonly requestId: string
  readonly traceparent: string
  readonly clientAddress: string
  readonly #call: ServerUnaryCall<object, object>
  #abort: AbortController | undefined

  constructor(call: ServerUnaryCall<object, object>, caller: Caller, newId: NewId) {
    this.#call = call
    this.principal = caller.principal
    this.clientAddress = caller.clientAddress
    const { metadata } = call
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

function statusOf(
  failure: GrpcStatus,
  metadata: Metadata,
): { code: number; details: string; metadata: Metadata } {
  metadata.set(PROBLEM_KEY, failure.problem)
  if (failure.fieldErrors) metadata.set(FIELD_ERRORS_KEY, failure.fieldErrors)
  // gRFC A6: pushback of the server.
  if (failure.retryAfter !== undefined)
    metadata.set('grpc-retry-pushback-ms', String(failure.retryAfter * 1_000))
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
