import { createHash } from 'node:crypto'
import type { Database } from './database.ts'
import { inTransaction, type Queryable, sqlState } from './query.ts'
import { DomainError } from '../domain/errors.ts'
import type { Limiter } from '../domain/limits.ts'
import type { Principal } from '../domain/request.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Logger } from '../runtime/logger.ts'
import { createIdempotencyStore, type KeyOfPrincipal } from './idempotency-store.ts'

const CLEANUP_EVERY_MS = 3_600_000
const MAX_CLEANUP_BATCHES = 20
/** How long a duplicate waits for the first request to end. */
const LOCK_WAIT_MS = 5_000

export interface IdempotentRequest {
  principal: Principal
  /** of the client that sent it */
  clientAddress: string
  /** the header Idempotency-Key */
  key: string
  /** of everything that the request asks for: see `requestHash` */
  hash: string
}

export interface StoredResult<Result> {
  /** HTTP status */
  status: number
  /** JSON */
  result: Result
}

/** Results of POST requests, which are returned again when the same request is repeated with its Idempotency-Key. */
export interface Idempotency<Result> {
  /**
   * The result of the same request in the last 24 hours.
   * @throws DomainError idempotency-key-reused when another request had the key
   */
  find(request: IdempotentRequest): Promise<StoredResult<Result> | undefined>
  /**
   * Runs `work` in a transaction that also stores its result, unless the same request has a result already. Of
   * concurrent duplicates one runs and the others wait for its result. An error of `work` rolls everything back.
   * @throws DomainError idempotency-key-reused, request-in-progress, too-many-requests
   */
  once(
    request: IdempotentRequest,
    work: (transaction: Queryable) => Promise<StoredResult<Result>>,
  ): Promise<StoredResult<Result> & { repeated: boolean }>
  /** Frees the key, in the transaction that undoes what the request did. */
  forget(transaction: Queryable, request: IdempotentRequest): Promise<void>
  /** Waits for the cleanup in the background. */
  stop(): Promise<void>
}

/** The hash of a request's parts: the values in which two different requests differ. */
export function requestHash(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/**
 * @param options.schema whose table `idempotency_keys` is used
 * @param options.limiter limits new keys
 */
export function createIdempotency<Result>(options: {
  database: Database
  schema: 'documents' | 'signatures'
  clock: Clock
  log: Logger
  limiter: Limiter
}): Idempotency<Result> {
  const { clock, limiter, log } = options
  const { pool } = options.database
  const store = createIdempotencyStore(options.schema, clock)
  let cleanedAt = 0
  let cleaning: Promise<void> = Promise.resolve()

  const find = async (
    on: Queryable,
    request: IdempotentRequest,
  ): Promise<StoredResult<Result> | undefined> => {
    const row = await store.find(on, keyOf(request))
    if (row && row.request_hash !== request.hash) throw keyReused()
    return row && { status: row.status, result: row.answer as Result }
  }

  /** In the transaction that has claimed it, so that it is free again where it is refused. */
  const countNewKey = ({ principal, clientAddress }: IdempotentRequest): void => {
    limiter.take('idempotencyKeys', 'address', clientAddress)
    if (principal.kind === 'user') limiter.take('idempotencyKeys', 'principal', principal.id)
  }

  const removeExpired = async (): Promise<void> => {
    const expired = store.expired(pool, 0)
    for (let batch = 0; batch < MAX_CLEANUP_BATCHES; batch++) if ((await expired.removeSome()) === 0) return
  }

  const cleanUpSometimes = (): void => {
    const now = clock.now().getTime()
    if (now - cleanedAt < CLEANUP_EVERY_MS) return
    cleanedAt = now
    cleaning = removeExpired().catch((error: unknown) =>
      log.warn({ err: error }, 'could not remove expired idempotency keys'),
    )
  }

  return {
    find: (request) => find(pool, request),

    async once(request, work) {
      cleanUpSometimes()
      const runOnce = async (transaction: Queryable) => {
        if (await store.claim(transaction, keyOf(request), request.hash)) {
          countNewKey(request)
          const done = await work(transaction)
          await store.complete(transaction, keyOf(request), { status: done.status, answer: done.result })
          return { ...done, repeated: false }
        }
        const stored = await find(transaction, request)
        // Without a row the key has just expired, or its request has failed after all.
        if (!stored) throw inProgress()
        return { ...stored, repeated: true }
      }
      try {
        return await inTransaction(pool, runOnce, { lockWaitMs: LOCK_WAIT_MS })
      } catch (error) {
        throw sqlState(error) === '55P03' ? inProgress() : error
      }
    },

    forget: (transaction, request) => store.remove(transaction, keyOf(request)),
    stop: () => cleaning,
  }
}

function keyOf({ principal, key }: IdempotentRequest): KeyOfPrincipal {
  if (principal.kind === 'user') return { principal: `user:${principal.id}`, key }
  return { principal: principal.kind === 'system' ? `system:${principal.name}` : 'anonymous', key }
}

const keyReused = (): DomainError =>
  new DomainError(
    'idempotency-key-reused',
    'header idempotency-key: was used for another request; send a new key with a new request',
    { errors: [{ field: 'header.idempotency-key', detail: 'must be new for a new request' }] },
  )

const inProgress = (): DomainError =>
  new DomainError(
    'request-in-progress',
    'header idempotency-key: its first request has not finished; try again',
  )
