import type { Pool } from 'pg'
import { queryRows } from '../../db/query.ts'

/** A document whose text is to be read; `attempts` includes the one that it is claimed for. */
export interface QueuedText {
  document_id: string
  owner: string
  attempts: number
}

/**
 * The documents whose text is pending. Each method is one statement, so that all of them work through a pooler in
 * transaction mode. Times are the database's, so that all processes agree.
 */
export interface TextQueue {
  /**
   * Claims the oldest document of the owner after this one, in the order of their names and around, that is due. Other
   * processes do not get it for `leaseMs` milliseconds; after that it is due again, so that the death of a process loses
   * nothing.
   * @param after '' begins with the first owner
   * @param busy owners that get no turn
   */
  claim(after: string, busy: readonly string[], leaseMs: number): Promise<QueuedText | undefined>
  /** There is nothing to read any more. */
  remove(documentId: string): Promise<void>
  /** The next attempt is due in `delayMs` milliseconds. @param counts whether this attempt counts */
  postpone(documentId: string, delayMs: number, counts: boolean): Promise<void>
  /** A part of it was read: it is due again, behind the other documents of its owner. */
  continueLater(documentId: string): Promise<void>
  /**
   * Makes all of them due, so that the claims of a process that died are not waited for. Where the claiming process still
   * runs, a text is read twice, with the same outcome.
   */
  makeDue(): Promise<void>
  count(): Promise<number>
}

const CLAIM = `
  WITH next AS (
    SELECT document_id FROM texts.queue
    WHERE due_at <= now() AND owner > $1 AND owner <> ALL ($2)
    ORDER BY owner, queued_at, document_id LIMIT 1 FOR UPDATE SKIP LOCKED
  )
  UPDATE texts.queue SET due_at = now() + $3 * interval '1 millisecond', attempts = attempts + 1
  FROM next WHERE queue.document_id = next.document_id
  RETURNING queue.document_id, owner, attempts`

export function createTextQueue(pool: Pool): TextQueue {
  const claimAfter = async (...values: unknown[]): Promise<QueuedText | undefined> =>
    (await queryRows<QueuedText & Record<string, unknown>>(pool, CLAIM, values))[0]
  return {
    claim: async (after, busy, leaseMs) =>
      (await claimAfter(after, busy, leaseMs)) ??
      (after === '' ? undefined : await claimAfter('', busy, leaseMs)),
    async remove(id) {
      await queryRows(pool, 'DELETE FROM texts.queue WHERE document_id = $1', [id])
    },
    async postpone(id, delayMs, counts) {
      const text = `UPDATE texts.queue SET due_at = now() + $2 * interval '1 millisecond', attempts = attempts - $3
        WHERE document_id = $1`
      await queryRows(pool, text, [id, delayMs, counts ? 0 : 1])
    },
    async continueLater(id) {
      const text = `UPDATE texts.queue SET queued_at = clock_timestamp(), due_at = now(), attempts = 0
        WHERE document_id = $1`
      await queryRows(pool, text, [id])
    },
    async makeDue() {
      await queryRows(pool, 'UPDATE texts.queue SET due_at = now() WHERE due_at > now()')
    },
    async count() {
      const [row] = await queryRows<{ count: number }>(pool, 'SELECT count(*) FROM texts.queue')
      return row!.count
    },
  }
}
