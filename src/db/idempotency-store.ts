import { and, eq, gt, lte, sql } from 'drizzle-orm'
import { type ExpiredRows, expiredRows } from './expired-rows.ts'
import type { Queryable } from './query.ts'
import { queryBuilder, run } from './query-builder.ts'
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
  const { status, answer, request_hash } = keys
  const expiry = (graceMs = 0): string =>
    new Date(clock.now().getTime() - LIFETIME_MS - graceMs).toISOString()
  const isKey = ({ principal, key }: KeyOfPrincipal) => and(eq(keys.principal, principal), eq(keys.key, key))

  return {
    async find(on, key) {
      const isValid = gt(keys.created_at, expiry())
      const query = queryBuilder(on).select({ status, answer, request_hash }).from(keys)
      return (await run(query.where(and(isKey(key), isValid))))[0]
    },

    async claim(on, key, requestHash) {
      const row = {
        ...key,
        request_hash: requestHash,
        status: 0,
        answer: sql`'null'`,
        created_at: clock.now().toISOString(),
      }
      const insert = queryBuilder(on).insert(keys).values(row)
      const claimed = insert.onConflictDoUpdate({
        target: [keys.principal, keys.key],
        set: { request_hash: sql`excluded.request_hash`, created_at: sql`excluded.created_at` },
        setWhere: lte(keys.created_at, expiry()),
      })
      return (await run(claimed.returning({ key: keys.key }))).length > 0
    },

    async complete(on, key, values) {
      await run(queryBuilder(on).update(keys).set(values).where(isKey(key)))
    },

    async remove(on, key) {
      await run(queryBuilder(on).delete(keys).where(isKey(key)))
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
