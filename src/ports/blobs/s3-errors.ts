import { DomainError } from '../../domain/errors.ts'
import { blameOf } from '../../runtime/server-errors.ts'
import type { ErrorMeaning } from './driver.ts'

/** The server's error code, or the name of an error of the SDK or of the connection. */
export const codeOf = (error: unknown): string => {
  const { name, Code, code } = error as { name?: string; Code?: string; code?: string }
  return Code ?? code ?? name ?? ''
}

export const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode

/** How often the SDK sent the request; more than once where an answer was lost. */
export const attemptsOf = (error: unknown): number =>
  (error as { $metadata?: { attempts?: number } }).$metadata?.attempts ?? 1

const FULL = /^(XMinioStorageFull|QuotaExceeded|InsufficientCapacity)$/
/** Codes of Node (connection, TLS) and of the SDK (time limits, credentials) for a request without an answer. */
const UNANSWERED = /^(E[A-Z_]{3,}|.*CERT.*|TimeoutError|AbortError|CredentialsProviderError)$/

export function meaningOf(error: unknown): ErrorMeaning {
  if (!(error instanceof Error)) return undefined
  const code = codeOf(error)
  // Not NotFound, which the SDK makes of any 404 without a code: a gateway or a proxy answers that too.
  if (code === 'NoSuchKey') return 'missing'
  if (FULL.test(code) || statusOf(error) === 507) return 'full'
  if (blameOf('s3', code) === 'data') return undefined
  return statusOf(error) !== undefined || UNANSWERED.test(code) ? 'unavailable' : undefined
}

/** Why the storage cannot be used, beginning with the setting to check first. */
export function startError(error: unknown, server: string, bucket: string): Error {
  const message = (text: string): Error => new Error(text, { cause: error })
  const code = codeOf(error)
  switch (code) {
    case 'NoSuchBucket':
      return message(
        `blobs.bucketPrefix: there is no bucket ${bucket} at ${server}: create it, or set another prefix`,
      )
    case 'InvalidAccessKeyId':
    case 'XAdminUserNotFound':
    case 'InvalidToken':
    case 'ExpiredToken':
      return message(`blobs.accessKey: ${server} does not know this key (${code})`)
    case 'SignatureDoesNotMatch':
      return message(`blobs.secretKey: ${server} reports that it does not match blobs.accessKey`)
    case 'AccessDenied':
    case 'Forbidden':
      return message(`blobs.accessKey: ${server} does not allow it to use the bucket ${bucket}`)
    case 'AuthorizationHeaderMalformed':
    case 'PermanentRedirect':
    case 'IllegalLocationConstraintException':
      return message(`blobs.region: the bucket ${bucket} at ${server} is in another region (${code})`)
    case 'CredentialsProviderError':
      return message('blobs.accessKey: no credentials found; set blobs.accessKey and blobs.secretKey')
  }
  if (statusOf(error) === undefined && UNANSWERED.test(code))
    return new DomainError('unavailable', `blobs.url: ${server} cannot be reached (${code})`, {
      cause: error,
    })
  return message(`blobs.url: ${server} cannot be used: ${error instanceof Error ? error.message : code}`)
}
