import { PROBLEMS } from '../domain/errors.ts'
import type { RequestContext } from '../domain/request.ts'
import type { Logger } from '../runtime/logger.ts'
import type { Durations } from '../runtime/durations.ts'
import type { Metrics } from '../runtime/metrics.ts'
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
  context: RequestContext
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
}

export function createCallPipeline({ log, metrics }: CallOptions): CallPipeline {
  const record = (
    protocol: string,
    method: string,
    status: string,
    requestId: string,
    begun: number,
  ): void => {
    const millis = performance.now() - begun
    metrics.duration.observe(millis / 1000, protocol, method, status)
    if (log.isLevelEnabled('debug'))
      log.debug({ requestId, protocol, method, status, ms: Math.round(millis) }, 'call')
  }
  const fail = (error: unknown, method: string, requestId: string): GrpcStatus => {
    const failure = grpcStatusOf(error, requestId)
    if (PROBLEMS[failure.problem].http >= 500) log.error({ err: error, requestId, method }, 'call failed')
    return failure
  }
  return {
    async run(call, handle) {
      const begun = performance.now()
      const { protocol, method, context } = call
      const { requestId } = context
      try {
        const response = await handle(context)
        record(protocol, method, 'OK', requestId, begun)
        return { response }
      } catch (error) {
        const failure = fail(error, method, requestId)
        record(protocol, method, failure.name, requestId, begun)
        return { failure }
      }
    },
    refuse({ protocol, method, requestId }, error) {
      const failure = fail(error, method, requestId)
      record(protocol, method, failure.name, requestId, performance.now())
      return failure
    },
  }
}
