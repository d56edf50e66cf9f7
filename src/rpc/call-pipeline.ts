import { PROBLEMS } from '../domain/errors.ts'
import { nameOf, type RequestContext } from '../domain/request.ts'
import { isCanonicalUuid } from '../domain/uuid.ts'
import type { Logger } from '../runtime/logger.ts'
import type { Durations } from '../runtime/durations.ts'
import type { Metrics } from '../runtime/metrics.ts'
import { isRecording, recordSpan, withinTrace } from '../runtime/spans.ts'
import { traceIdOf } from '../runtime/trace.ts'
import { type GrpcStatus, grpcStatusOf } from './grpc-status.ts'

export interface RpcMetrics {
  /** seconds, by protocol, method and status */
  duration: Durations
}

export function createRpcMetrics(metrics: Metrics): RpcMetrics {
  return {
    duration: metrics.durations('docmgr_rpc_duration_seconds', 'Time to answer a call, by method', [
      'protocol',
      'method',
      'status',
    ]),
  }
}

export interface CallOptions {
  log: Logger
  metrics: RpcMetrics
}

/** A call whose caller is known. */
export interface Call {
  protocol: 'grpc' | 'connect'
  /** its name */
  method: string
  /** the full name of its service */
  service: string
  context: RequestContext
  /** its message, which may have a field `documentId` */
  request: unknown
  /** the caller's trace context, as it was sent */
  parent: string | undefined
}

export type CallResult<Response> = { response: Response } | { failure: GrpcStatus }

/** What happens to a call: translation of errors, log and metrics, the same for gRPC and Connect. */
export interface CallPipeline {
  run<Response>(
    call: Call,
    handle: (context: RequestContext) => Promise<Response>,
  ): Promise<CallResult<Response>>
  /** The failure of a call that is not run, because its caller is not known or its request is not allowed. */
  refuse(call: Pick<Call, 'protocol' | 'method'> & { requestId: string }, error: unknown): GrpcStatus
  /** Logs and counts a call that was answered before it could be run. @param begun performance.now() */
  note(call: Pick<Call, 'protocol' | 'method' | 'context'>, status: GrpcStatus['name'], begun: number): void
}

export function createCallPipeline({ log, metrics }: CallOptions): CallPipeline {
  const record = (
    {
      protocol,
      method,
      service,
      requestId,
      context,
      request,
      parent,
    }: Pick<Call, 'protocol' | 'method'> & Partial<Call> & { requestId?: string },
    status: string,
    begun: number,
  ): void => {
    const millis = performance.now() - begun
    metrics.duration.observe(millis / 1000, protocol, method, status)
    if (context && service) recordCallSpan({ protocol, method, service, context, parent }, status, begun)
    if (!log.isLevelEnabled('info')) return
    const of = context && {
      trace: traceIdOf(context.traceparent),
      principal: nameOf(context.principal),
      address: context.clientAddress,
      document: documentOf(request),
    }
    const ms = Math.round(millis * 10) / 10
    log.info({ requestId: context?.requestId ?? requestId, ...of, protocol, method, status, ms }, 'call')
  }
  const fail = (error: unknown, method: string, requestId: string): GrpcStatus => {
    const failure = grpcStatusOf(error, requestId)
    if (PROBLEMS[failure.problem].http >= 500) log.error({ err: error, requestId, method }, 'call failed')
    return failure
  }
  return {
    note: record,
    async run(call, handle) {
      const begun = performance.now()
      const { method, context } = call
      const { requestId } = context
      try {
        const response = await withinTrace(context, () => handle(context))
        record(call, 'OK', begun)
        return { response }
      } catch (error) {
        const failure = fail(error, method, requestId)
        record(call, failure.name, begun)
        return { failure }
      }
    },
    refuse({ protocol, method, requestId }, error) {
      const failure = fail(error, method, requestId)
      record({ protocol, method, requestId }, failure.name, performance.now())
      return failure
    },
  }
}

/** Statuses that are the server's failure and not the caller's (OpenTelemetry, semantic conventions for gRPC). */
const SERVER_FAILURES = [
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
]

function recordCallSpan(
  { protocol, method, service, context, parent }: Omit<Call, 'request'>,
  status: string,
  begun: number,
): void {
  if (!isRecording()) return
  const name = `${service}/${method}`
  recordSpan({
    name,
    kind: 'server',
    traceparent: context.traceparent,
    parent,
    begun,
    attributes: {
      'rpc.system.name': protocol === 'grpc' ? 'grpc' : 'connectrpc',
      'rpc.method': name,
      'rpc.response.status_code': status,
    },
    error: SERVER_FAILURES.includes(status) ? status : undefined,
  })
}

function documentOf(request: unknown): string | undefined {
  const { documentId } = (request ?? {}) as { documentId?: unknown }
  return typeof documentId === 'string' && isCanonicalUuid(documentId) ? documentId : undefined
}
