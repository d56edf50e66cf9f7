import type { Pool } from 'pg'
import type { ExpiredRows } from '../../db/expired-rows.ts'
import { createIdempotencyStore } from '../../db/idempotency-store.ts'
import { createSessionStore } from '../../db/session-store.ts'
import type { Retry } from '../../roles/indexer/retry-transient.ts'
import { systemClock } from '../../runtime/clock.ts'

/**
 * Rows that expire, and what they are called. An API key that has expired or was revoked stays, as people do: the list of
 * keys is the record of who could do what. A used link stays until it expires, so that it cannot be used again.
 */
export const EXPIRING = {
  idempotency_keys: 'idempotency keys',
  sessions: 'sessions',
  login_links: 'login links',
} as const

export type Expiring = keyof typeof EXPIRING

export interface Expired {
  count(kind: Expiring): Promise<number>
  /** @returns how many were removed */
  remove(kind: Expiring): Promise<number>
}

/** The clocks of the processes that accept idempotency keys differ by less. For the others the database's clock decides. */
const KEY_GRACE_MS = 3_600_000

/** @throws DomainError unavailable; the signal's reason */
export function createExpired({ pool, retry }: { pool: Pool; retry: Retry }): Expired {
  const keysOf = (schema: 'documents' | 'signatures'): ExpiredRows =>
    createIdempotencyStore(schema, systemClock).expired(pool, KEY_GRACE_MS)
  const { sessions, links } = createSessionStore(pool).expired
  const tables: Record<Expiring, ExpiredRows[]> = {
    idempotency_keys: [keysOf('documents'), keysOf('signatures')],
    sessions: [sessions],
    login_links: [links],
  }
  return {
    async count(kind) {
      let total = 0
      for (const rows of tables[kind]) total += await retry.retry(() => rows.count())
      return total
    },
    async remove(kind) {
      let total = 0
      for (const rows of tables[kind]) {
        for (let removed = 1; removed > 0; total += removed) {
          retry.signal.throwIfAborted()
          removed = await retry.retry(() => rows.removeSome())
        }
      }
      return total
    },
  }
}
