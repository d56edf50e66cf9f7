/** Answers of POST requests that are given once more when the request comes once more (Idempotency-Key). */
import { createHash } from 'node:crypto'
import type { Principal } from '../domain/request.ts'
import { DomainError } from '../domain/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Logger } from '../runtime/logger.ts'
import type { Database } from './database.ts'
import { inTransaction, type Queryable, queryRows, sqlState } from './query.ts'

const HOUR_MS = 3_600_000
const LIFETIME_MS = 24 * HOUR_MS
/** A duplicate waits this long for the first request to end. */
const LOCK_WAIT_MS = 5_000
const CLEANUP_BATCH = 1_000
const CLEANUP_BATCHES = 20

export interface IdempotentRequest {
  principal: Principal
  /** the header Idempotency-Key */
  key: string
  /** of everything that the request asks for: see `requestHash` */
  hash: string
}

export interface StoredAnswer<Answer> {
  /** HTTP status */
  status: number
  /** JSON; the order of its keys is not kept */
  answer: Answer
}

export interface Idempotency<Answer> {
  /**
   * What the same request was answered before, within 24 hours.
   * @throws DomainError idempotency-key-reused when the key came with another request
   */
  find(request: IdempotentRequest): Promise<StoredAnswer<Answer> | undefined>
  /**
   * Runs `work` in a transaction that also keeps its answer, unless the same request was answered before. Of requests
   * at the same time one works and the others wait for its answer. An error of `work` undoes all and is not kept.
   * @throws DomainError idempotency-key-reused, request-in-progress
   */
  once(
    request: IdempotentRequest,
    work: (transaction: Queryable) => Promise<StoredAnswer<Answer>>,
  ): Promise<StoredAnswer<Answer> & { replayed: boolean }>
  /** Frees the key, in the transaction that undoes what the request did. */
  forget(transaction: Queryable, request: IdempotentRequest): Promise<void>
  /** Waits for what runs in the background. */
  stop(): Promise<void>
}

/** The hash of a request's parts: values that make it another request when they differ. */
export function requestHash(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** @param schema whose table `idempotency_keys` it is */
export function createIdempotency<Answer>(options: {
  database: Database
  schema: 'documents' | 'signatures'
  clock: Clock
  log: Logger
}): Idempotency<Answer> {
  const { database, clock, log } = options
  const table = `${options.schema}.idempotency_keys`
  const expiry = (): string => new Date(clock.now().getTime() - LIFETIME_MS).toISOString()
  let cleanedAt = 0
  let cleaning: Promise<void> = Promise.resolve()

  type Row = StoredAnswer<Answer> & { request_hash: string }

  const find = async (
    on: Queryable,
    request: IdempotentRequest,
  ): Promise<StoredAnswer<Answer> | undefined> => {
    const [row] = await queryRows<Row>(
      on,
      `SELECT status, answer, request_hash FROM ${table} WHERE principal = $1 AND key = $2 AND created_at > $3`,
      [principalKey(request.principal), request.key, expiry()],
    )
    if (row && row.request_hash !== request.hash) {
      throw new DomainError(
        'idempotency-key-reused',
        'header idempotency-key: was used for another request; send a new key with a new request',
        { errors: [{ field: 'header.idempotency-key', detail: 'must be new for a new request' }] },
      )
    }
    return row && { status: row.status, answer: row.answer }
  }

  /** Takes the key, waiting for whoever else is taking it. False: it is taken. */
  const claim = async (on: Queryable, request: IdempotentRequest): Promise<boolean> => {
    const rows = await queryRows(
      on,
      `INSERT INTO ${table} AS present (principal, key, request_hash, status, answer, created_at)
       VALUES ($1, $2, $3, 0, 'null', $4)
       ON CONFLICT (principal, key) DO UPDATE
         SET request_hash = excluded.request_hash, created_at = excluded.created_at
         WHERE present.created_at <= $5
       RETURNING key`,
      [principalKey(request.principal), request.key, request.hash, clock.now().toISOString(), expiry()],
    )
    return rows.length > 0
  }

  const removeExpired = async (): Promise<void> => {
    for (let batch = 0; batch < CLEANUP_BATCHES; batch++) {
      const removed = await queryRows(
        database.pool,
        // Asked twice, because a key that was taken again meanwhile is looked at once more, without the selection.
        `DELETE FROM ${table} WHERE created_at <= $1 AND (principal, key) IN
           (SELECT principal, key FROM ${table} WHERE created_at <= $1 ORDER BY created_at LIMIT ${CLEANUP_BATCH})
         RETURNING 1 AS removed`,
        [expiry()],
      )
      if (removed.length < CLEANUP_BATCH) return
    }
  }

  const cleanNowAndThen = (): void => {
    const now = clock.now().getTime()
    if (now - cleanedAt < HOUR_MS) return
    cleanedAt = now
    cleaning = removeExpired().catch((error: unknown) =>
      log.warn({ err: error }, 'old idempotency keys stay for now'),
    )
  }

  return {
    find: (request) => find(database.pool, request),

    async once(request, work) {
      cleanNowAndThen()
      try {
        return await inTransaction(
          database.pool,
          async (transaction) => {
            if (!(await claim(transaction, request))) {
              const stored = await find(transaction, request)
              // Gone since: it has just expired, or its request failed after all.
              if (!stored) throw inProgress()
              return { ...stored, replayed: true }
            }
            const result = await work(transaction)
            await queryRows(
              transaction,
              `UPDATE ${table} SET status = $3, answer = $4 WHERE principal = $1 AND key = $2`,
              [principalKey(request.principal), request.key, result.status, JSON.stringify(result.answer)],
            )
            return { ...result, replayed: false }
          },
          { lockWaitMs: LOCK_WAIT_MS },
        )
      } catch (error) {
        throw sqlState(error) === '55P03' ? inProgress() : error
      }
    },

    async forget(transaction, { principal, key }) {
      await queryRows(transaction, `DELETE FROM ${table} WHERE principal = $1 AND key = $2`, [
        principalKey(principal),
        key,
      ])
    },

    stop: () => cleaning,
  }
}

function inProgress(): DomainError {
  return new DomainError(
    'request-in-progress',
    'header idempotency-key: its first request is not done yet; try again',
  )
}

function principalKey(principal: Principal): string {
  if (principal.kind === 'user') return `user:${principal.id}`
  return principal.kind === 'system' ? `system:${principal.name}` : 'anonymous'
}
