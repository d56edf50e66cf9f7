import type { Pool, PoolClient } from 'pg'
import { inTransaction, queryRows, sqlState } from './query.ts'

/** Reading what all histories say of people can take longer than a statement of a request. */
const TIMEOUT = '30min'

const FIND = `
  SELECT count(DISTINCT p.document_id)::int AS documents FROM history.personal p, jsonb_each(p.salted) v
   WHERE v.key NOT IN ('title', 'old_title') AND lower(v.value->>1) = ANY ($1)`
const ERASE = `
  SELECT count(*)::int AS documents, coalesce(sum(erased), 0)::int AS values FROM history.erase($1)`

/** What the histories of documents say of someone. */
export interface HistoryErasure {
  /** @returns the number of documents whose histories name one of these */
  count(names: readonly string[]): Promise<number>
  /**
   * Erases it for good, in one transaction. Changes of these documents wait for its end.
   * @param names values in lower case: an address, or a subject such as `email:ADDRESS`
   */
  erase(names: readonly string[]): Promise<{ documents: number; values: number }>
}

/** @throws Error for a user of the database who may not */
export function createHistoryErasure(pool: Pool): HistoryErasure {
  const ask = <Row extends Record<string, unknown>>(text: string, names: readonly string[]): Promise<Row> =>
    inTransaction(pool, async (transaction: PoolClient) => {
      await queryRows(transaction, `SET LOCAL statement_timeout = '${TIMEOUT}'`)
      const [row] = await queryRows<Row>(transaction, text, [names])
      return row!
    }).catch((error: unknown) => {
      if (sqlState(error) !== '42501') throw error
      const why = 'the user of database.url may not erase what histories say of people'
      throw new Error(`${why}; use that of maintenance (\`docmgr access\`), or the owner of the tables`)
    })
  return {
    count: async (names) => (await ask<{ documents: number }>(FIND, names)).documents,
    erase: (names) => ask(ERASE, names),
  }
}
