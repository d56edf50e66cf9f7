import { lte } from 'drizzle-orm'
import { type ExpiredRows, expiredRows } from './expired-rows.ts'
import { type Queryable, queryRows } from './query.ts'
import { documentIdempotencyKeys, signatureIdempotencyKeys } from './schema.ts'
import type { Clock } from '../runtime/clock.ts'

type Table = typeof documentIdempotencyKeys

const TABLES = {
  documents: documentIdempotencyKeys,
  // The same columns; the types differ in the name of the schema only.
  signatures: signatureIdempotencyKeys as unknown as Table,
}

const LIFETIME_MS = 24 * 3_600_000

export interface KeyOfPrincipal {
  principal: string
  key: string
}

export type IdempotencyRow = Pick<Table['$inferSelect'], 'status' | 'answer' | 'request_hash'>

/** The keys of one schema's table `idempotency_keys`; `answer` is the result of the request. A key expires after 24 hours. */
export interface IdempotencyStore {
  find(on: Queryable, key: KeyOfPrincipal): Promise<IdempotencyRow | undefined>
  /** Takes a key that is new or has expired; waits while another transaction is taking it. @returns whether it was taken */
  claim(on: Queryable, key: KeyOfPrincipal, requestHash: string): Promise<boolean>
  /** Stores the result under a key that the same transaction has claimed. */
  complete(
    on: Queryable,
    key: KeyOfPrincipal,
    answer: Pick<IdempotencyRow, 'status' | 'answer'>,
  ): Promise<void>
  remove(on: Queryable, key: KeyOfPrincipal): Promise<void>
  /** @param graceMs milliseconds since they expired: the clocks of processes differ */
  expired(on: Queryable, graceMs: number): ExpiredRows
}

export function createIdempotencyStore(schema: keyof typeof TABLES, clock: Clock): IdempotencyStore {
  const keys = TABLES[schema]
  const table = `${schema}.idempotency_keys`
  const expiry = (graceMs = 0): string =>
    new Date(clock.now().getTime() - LIFETIME_MS - graceMs).toISOString()
  const FIND = `
    SELECT status, answer, request_hash FROM ${table} WHERE principal = $1 AND key = $2 AND created_at > $3`
  const CLAIM = `
    INSERT INTO ${table} AS known (principal, key, request_hash, status, answer, created_at)
    VALUES ($1, $2, $3, 0, 'null', $4)
    ON CONFLICT (principal, key) DO UPDATE
      SET request_hash = excluded.request_hash, created_at = excluded.created_at
      WHERE known.created_at <= $5
    RETURNING key`
  const COMPLETE = `UPDATE ${table} SET status = $3, answer = $4 WHERE principal = $1 AND key = $2`
  const REMOVE = `DELETE FROM ${table} WHERE principal = $1 AND key = $2`

  return {
    async find(on, { principal, key }) {
      return (await queryRows<IdempotencyRow>(on, FIND, [principal, key, expiry()]))[0]
    },

    async claim(on, { principal, key }, requestHash) {
      const now = clock.now().toISOString()
      return (await queryRows(on, CLAIM, [principal, key, requestHash, now, expiry()])).length > 0
    },

    async complete(on, { principal, key }, { status, answer }) {
      await queryRows(on, COMPLETE, [principal, key, status, JSON.stringify(answer)])
    },

    async remove(on, { principal, key }) {
      await queryRows(on, REMOVE, [principal, key])
    },

    expired(on, graceMs) {
      const isExpired = lte(keys.created_at, expiry(graceMs))
      return expiredRows(on, {
        table: keys,
        key: [keys.principal, keys.key],
        expiry: keys.created_at,
        isExpired,
      })
    },
  }
}
