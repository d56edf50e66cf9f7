import type { Pool } from 'pg'
import { queryRows } from '../../db/query.ts'
import type { Retry } from '../../roles/indexer/retry-transient.ts'
import type { DamageKind } from './damage.ts'

/** Items that are looked at together. */
export const PAGE_SIZE = 500

/** Something that looks wrong. */
export interface Finding {
  kind: DamageKind
  /** what `examine` is asked about */
  subject: string
  detail: string
  /**
   * The state that is wrong, where changes move it. What has another state at the next look was in flight and not
   * damaged.
   */
  state?: string | number | undefined
}

/** Why a finding could not be repaired, by subject. */
export type Failures = ReadonlyMap<string, string>

/** One comparison of stored data with the rows. */
export interface Check {
  /** names it in counts and progress */
  name: string
  /** The subjects to examine, page by page, and the number of items that each page stands for. It retries by itself. */
  pages(): AsyncIterable<{ subjects: readonly string[]; items: number }>
  /** What is wrong with these subjects now. */
  examine(subjects: readonly string[]): Promise<Finding[]>
  /** Rebuilds what these findings are about from the rows. Only for kinds that are repairable. */
  repair?(findings: readonly Finding[]): Promise<Failures>
}

export const NO_FAILURES: Failures = new Map()

export interface CheckResources {
  pool: Pool
  retry: Retry
}

/**
 * The ids that a statement returns, page by page.
 * @param text selects ids in ascending order: those after `$1`, or all where it is null, at most PAGE_SIZE of them
 */
export async function* pagesOfIds(
  { pool, retry }: CheckResources,
  text: string,
): AsyncGenerator<{ subjects: string[]; items: number }, undefined> {
  for (let after: string | null = null; ;) {
    const values = [after]
    const rows: { id: string }[] = await retry.retry(() => queryRows<{ id: string }>(pool, text, values))
    if (rows.length === 0) return
    after = rows.at(-1)!.id
    yield { subjects: rows.map(({ id }) => id), items: rows.length }
  }
}

/** A statement for `pagesOfIds` over all rows of a table. */
export const idsOf = (table: string, condition = 'true', id = 'id'): string =>
  `select ${id} as id from ${table} where (${condition}) and ($1::uuid is null or ${id} > $1)
    order by ${id} limit ${PAGE_SIZE}`
