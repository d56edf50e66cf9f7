import { DomainError } from '../../domain/errors.ts'

/** What the SDK says of an error: the server's code, or the name of what happened on the way. */
export const codeOf = (error: unknown): string => {
  const { name, Code, code } = error as { name?: string; Code?: string; code?: string }
  return Code ?? code ?? name ?? ''
}

export const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode

/** Requests that were made of this one; more than one where an answer was lost. */
export const attemptsOf = (error: unknown): number =>
  (error as { $metadata?: { attempts?: number } }).$metadata?.attempts ?? 1

export const isMissing = (error: unknown): boolean => /^(NoSuchKey|NotFound)$/.test(codeOf(error))

const FULL = /^(XMinioStorageFull|QuotaExceeded|InsufficientCapacity)$/
/** Node's codes of a connection that cannot be had or was lost, TLS included, and the SDK's of its own limits. */
const ON_THE_WAY =
  /^(E[A-Z_]{3,}|UND_ERR.*|CERT_.*|.*CERT.*|TimeoutError|AbortError|CredentialsProviderError)$/

/** What the object storage refuses or does not answer, as an error that the client understands; others stay as they are. */
export function storageError(error: unknown): unknown {
  if (error instanceof DomainError || !(error instanceof Error)) return error
  if (FULL.test(codeOf(error)) || statusOf(error) === 507)
    return new DomainError('unavailable', 'the disk that keeps the contents is full', { cause: error })
  if (statusOf(error) !== undefined || ON_THE_WAY.test(codeOf(error)))
    return new DomainError('unavailable', 'the contents cannot be read or written now', { cause: error })
  return error
}

/** Why the storage cannot be used, with the setting that would be the first to look at. */
export function startError(error: unknown, server: string, bucket: string): Error {
  const say = (text: string): Error => new Error(text, { cause: error })
  const code = codeOf(error)
  switch (code) {
    case 'NoSuchBucket':
      return say(
        `blobs.bucketPrefix: there is no bucket ${bucket} at ${server}: make it, or set another prefix`,
      )
    case 'InvalidAccessKeyId':
    case 'XAdminUserNotFound':
    case 'InvalidToken':
    case 'ExpiredToken':
      return say(`blobs.accessKey: ${server} does not know this key (${code})`)
    case 'SignatureDoesNotMatch':
      return say(`blobs.secretKey: ${server} says that it does not belong to blobs.accessKey`)
    case 'AccessDenied':
    case 'Forbidden':
      return say(`blobs.accessKey: ${server} does not let it use the bucket ${bucket}`)
    case 'AuthorizationHeaderMalformed':
    case 'PermanentRedirect':
    case 'IllegalLocationConstraintException':
      return say(`blobs.region: the bucket ${bucket} at ${server} is in another region (${code})`)
    case 'CredentialsProviderError':
      return say('blobs.accessKey: no credentials were found: set blobs.accessKey and blobs.secretKey')
  }
  if (statusOf(error) === undefined && ON_THE_WAY.test(code))
    return say(`blobs.url: ${server} cannot be reached (${code})`)
  return say(`blobs.url: ${server} cannot be used: ${error instanceof Error ? error.message : code}`)
}
