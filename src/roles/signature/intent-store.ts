import type { Pool } from 'pg'
import { queryRows } from '../../db/query.ts'
import type { signingIntents } from '../../db/schema.ts'
import { groupCommit } from '../../runtime/group-commit.ts'

/** The intent to move the document of a signature to `signed`; `attempts` includes the one that it is claimed for. */
export type Intent = Pick<
  typeof signingIntents.$inferSelect,
  'signature_id' | 'document_id' | 'attempts' | 'traceparent'
>

/**
 * The open intents. Each method is one statement, so that all of them work through a pooler in transaction mode. Times are
 * the database's, so that all processes agree.
 */
export interface IntentStore {
  /**
   * Claims at most `limit` intents that are due. Other processes do not get them for `leaseMs` milliseconds; after that
   * they are due again, so that the death of a process loses nothing.
   */
  claim(limit: number, leaseMs: number): Promise<Intent[]>
  /** The document has moved. */
  remove(signatureId: string): Promise<void>
  /** The next attempt is due in `delayMs` milliseconds. */
  postpone(signatureId: string, delayMs: number, error: string): Promise<void>
  /** The document has refused, which is final. */
  reject(signatureId: string, reason: string): Promise<void>
  /**
   * Makes the open intents from before `start` due now, so that the claims of a process that died are not waited for.
   * Where the claiming process still runs, the move is made twice, which changes nothing.
   */
  makeDue(start: Date): Promise<void>
  /** The state of the move of a signature's document; without an intent it is done. */
  stateOf(signatureId: string): Promise<'signed' | 'pending' | 'refused'>
  count(): Promise<number>
}

const MAX_ERROR_CHARS = 500

export function createIntentStore(pool: Pool): IntentStore {
  const run = async (text: string, ...values: unknown[]): Promise<void> => {
    await queryRows(pool, text, values)
  }
  const short = (text: string): string => text.slice(0, MAX_ERROR_CHARS).toWellFormed().replaceAll('\0', '')

  return {
    claim: (limit, leaseMs) =>
      queryRows<Intent>(
        pool,
        `UPDATE signatures.signing_intents
         SET next_attempt_at = now() + $2 * interval '1 millisecond', attempts = attempts + 1
         WHERE signature_id IN (
           SELECT signature_id FROM signatures.signing_intents
           WHERE rejected_because IS NULL AND next_attempt_at <= now()
           ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED
         )
         RETURNING signature_id, document_id, attempts, traceparent`,
        [limit, leaseMs],
      ),
    remove: groupCommit((ids: string[]) =>
      run('DELETE FROM signatures.signing_intents WHERE signature_id = ANY ($1)', ids),
    ),
    postpone: (id, delayMs, error) =>
      run(
        `UPDATE signatures.signing_intents
         SET next_attempt_at = now() + $2 * interval '1 millisecond', last_error = $3
         WHERE signature_id = $1`,
        id,
        delayMs,
        short(error),
      ),
    reject: (id, reason) =>
      run(
        'UPDATE signatures.signing_intents SET rejected_because = $2 WHERE signature_id = $1',
        id,
        short(reason),
      ),
    makeDue: (start) =>
      run(
        `UPDATE signatures.signing_intents SET next_attempt_at = now()
         WHERE rejected_because IS NULL AND next_attempt_at > now() AND created_at < $1`,
        start,
      ),
    async stateOf(id) {
      const [intent] = await queryRows<{ rejected_because: string | null }>(
        pool,
        'SELECT rejected_because FROM signatures.signing_intents WHERE signature_id = $1',
        [id],
      )
      if (!intent) return 'signed'
      return intent.rejected_because === null ? 'pending' : 'refused'
    },
    async count() {
      const [row] = await queryRows<{ count: number }>(
        pool,
        'SELECT count(*) FROM signatures.signing_intents WHERE rejected_because IS NULL',
      )
      return row!.count
    },
  }
}
