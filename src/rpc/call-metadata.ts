/** Metadata of gRPC calls, and the status with its trailers. */
import { Metadata } from '@grpc/grpc-js'
import { FIELD_ERRORS_KEY, type GrpcStatus, PROBLEM_KEY } from './grpc-status.ts'

export const textOf = (metadata: Metadata, key: string): string | undefined =>
  metadata.get(key)[0]?.toString()

/** @param list keys and values in turn */
export function metadataOf(list: readonly string[]): Metadata {
  const metadata = new Metadata()
  for (let n = 0; n < list.length; n += 2) metadata.set(list[n]!, list[n + 1]!)
  return metadata
}

/** @param metadata gets what a client can use to handle the failure */
export function statusOf(
  failure: GrpcStatus,
  metadata: Metadata,
): { code: number; details: string; metadata: Metadata } {
  metadata.set(PROBLEM_KEY, failure.problem)
  if (failure.fieldErrors) metadata.set(FIELD_ERRORS_KEY, failure.fieldErrors)
  if (failure.limit) {
    const { retryAfter } = failure.limit
    metadata.set('retry-after', String(retryAfter))
    // gRFC A6: pushback of the server, which clients with a retry policy obey.
    metadata.set('grpc-retry-pushback-ms', String(retryAfter * 1_000))
  }
  return { code: failure.code, details: failure.details, metadata }
}
