import type { DescMethod } from '@bufbuild/protobuf'
import type { Authenticator } from '../auth/authenticator.ts'
import { PROBLEMS } from '../domain/errors.ts'
import type { Principal, RequestContext } from '../domain/request.ts'
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
  authenticator: Authenticator
  log: Logger
  metrics: RpcMetrics
}

/** A call before authentication. */
export interface Call {
  protocol: 'grpc' | 'connect'
  method: DescMethod
  authorization: string | undefined
  context(principal: Principal): RequestContext
  requestId: string
}

export type CallResult<Response> = { response: Response } | { failure: GrpcStatus }

/** Runs a call: authentication, translation of errors, log and metrics, the same for gRPC and Connect. */
export function createCallPipeline({ authenticator, log, metrics }: CallOptions) {
  return async <Response>(
    call: Call,
    handle: (context: RequestContext) => Promise<Response>,
  ): Promise<CallResult<Response>> => {
    const begun = performance.now()
    const { protocol, requestId } = call
    const method = call.method.name
    let result: CallResult<Response>
    try {
      const principal = authenticator.authenticateCall(call.authorization)
      result = { response: await handle(call.context(principal)) }
    } catch (error) {
      const failure = grpcStatusOf(error, requestId)
      if (PROBLEMS[failure.problem].http >= 500) log.error({ err: error, requestId, method }, 'call failed')
      result = { failure }
    }
    const millis = performance.now() - begun
    const status = 'failure' in result ? result.failure.name : 'OK'
    metrics.duration.observe(millis / 1000, protocol, method, status)
    if (log.isLevelEnabled('debug'))
      log.debug({ requestId, protocol, method, status, ms: Math.round(millis) }, 'call')
    return result
  }
}
