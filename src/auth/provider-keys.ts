import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import { DomainError } from '../domain/errors.ts'
import type { Logger } from '../runtime/logger.ts'
import { abortAfter } from '../runtime/within.ts'
import { refused } from './token-rules.ts'

/** In milliseconds. */
export interface KeyTimes {
  /** keys that are older are read again before they count: a key that was removed is refused after it */
  fresh: number
  /** between two readings, whatever tokens ask for and however the readings end */
  pause: number
  /** keys that could not be read again count for this time */
  stale: number
  /** maximum of one request */
  timeout: number
}

const TIMES: Omit<KeyTimes, 'timeout'> = { fresh: 600_000, pause: 30_000, stale: 3_600_000 }
const MAX_BYTES = 1_048_576

/**
 * The public keys of an identity provider, by the `kid` and the algorithm of a token. A token with an unknown `kid` has them
 * read again, but all tokens together only once in a while, so that nobody makes docmgr send requests.
 * @throws DomainError unauthenticated for a key that there is not; unavailable while no keys could be read
 */
export function createProviderKeys(
  issuer: string,
  times: Partial<KeyTimes> & Pick<KeyTimes, 'timeout'>,
  log: Logger,
): JWTVerifyGetKey {
  const { fresh, pause, stale, timeout } = { ...TIMES, ...times }
  let found: { keyOf: JWTVerifyGetKey; readAt: number } | undefined
  let triedAt = -Infinity
  let reading: Promise<void> | undefined

  async function read(): Promise<void> {
    const begun = performance.now()
    try {
      found = { keyOf: await readKeys(issuer, timeout), readAt: begun }
    } catch (error) {
      log.warn(
        { issuer, reason: (error as Error).message },
        'the keys of the identity provider could not be read',
      )
    }
    triedAt = begun
    reading = undefined
  }
  const readAgain = async (): Promise<boolean> => {
    if (reading === undefined && performance.now() - triedAt < pause) return false
    await (reading ??= read())
    return true
  }
  const current = (): JWTVerifyGetKey => {
    if (found && performance.now() - found.readAt < stale) return found.keyOf
    throw new DomainError('unavailable', 'the keys of the identity provider cannot be read: try again')
  }
  return async (header, token) => {
    if (found === undefined || performance.now() - found.readAt > fresh) await readAgain()
    try {
      return await current()(header, token)
    } catch (error) {
      if (!isMissing(error)) throw error
      if (!(await readAgain())) throw unknownKey(error)
    }
    try {
      return await current()(header, token)
    } catch (error) {
      throw isMissing(error) ? unknownKey(error) : error
    }
  }
}

const isMissing = (error: unknown): boolean => error instanceof errors.JWKSNoMatchingKey

const unknownKey = (cause: unknown): DomainError =>
  refused('kid and alg name no key of the identity provider', cause)

const metadata = z.object({ issuer: z.string(), jwks_uri: z.url() })
const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })

/** OpenID Connect Discovery, 4, and RFC 7517, 5. */
async function readKeys(issuer: string, timeout: number): Promise<JWTVerifyGetKey> {
  const place = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const { issuer: named, jwks_uri: address } = metadata.parse(await readJson(place, timeout))
  if (named !== issuer) throw new Error(`its metadata are of the issuer ${named}`)
  if (issuer.startsWith('https:') && !address.startsWith('https:'))
    throw new Error('its keys have an address without https')
  const { keys } = keySet.parse(await readJson(address, timeout))
  return createLocalJWKSet({ keys })
}

async function readJson(address: string, timeout: number): Promise<unknown> {
  const response = await fetch(address, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: abortAfter(timeout),
  })
  if (response.status !== 200) throw new Error(`${address} answers ${response.status}`)
  const text = await response.text()
  if (text.length > MAX_BYTES) throw new Error(`${address} answers with more than ${MAX_BYTES} bytes`)
  return JSON.parse(text)
}
