import { inTransaction, queryRows } from '../../db/query.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import { type Check, type CheckResources, NO_FAILURES, PAGE_SIZE, pagesOfIds } from './check.ts'

type CounterRow = { id: string; total: number | null; unique: number | null; viewers: number }

const IDS = `
  select document_id as id from documents.views where $1::uuid is null or document_id > $1
   union select distinct document_id from documents.viewers where $1::uuid is null or document_id > $1
   order by id limit ${PAGE_SIZE}`

/** One statement, so that counters and viewers are of one moment; they are written in one transaction. */
const COUNTERS = `
  select c.id, v.total, v."unique",
         (select count(*) from documents.viewers w where w.document_id = c.id) as viewers
    from unnest($1::uuid[]) as c(id) left join documents.views v on v.document_id = c.id`

/**
 * Compares the counters of views with the viewers. A viewer has viewed a document at least once.
 * @param cache counts views, too, and counts them again after a repair
 */
export function counterCheck(resources: CheckResources, cache: DocumentCache | undefined): Check {
  const { pool } = resources
  return {
    name: 'counters',
    pages: () => pagesOfIds(resources, IDS),
    async examine(ids) {
      const rows = await queryRows<CounterRow>(pool, COUNTERS, [ids])
      return rows
        .filter(({ total, unique, viewers }) => (unique ?? 0) !== viewers || (total ?? 0) < viewers)
        .map(({ id: subject, total, unique, viewers }) => ({
          kind: 'view-counter',
          subject,
          detail: `${total ?? 0} views and ${unique ?? 0} viewers are counted; the table has ${viewers} viewers`,
        }))
    },
    async repair(findings) {
      for (const { subject } of findings) {
        await recount(pool, subject)
        await cache?.forget(subject, 0)
      }
      return NO_FAILURES
    },
  }
}

/** The lock on the row makes writers of views wait, whose viewers are not visible yet. */
function recount(pool: CheckResources['pool'], id: string): Promise<unknown> {
  return inTransaction(pool, async (transaction) => {
    await queryRows(
      transaction,
      'insert into documents.views (document_id, total, "unique") values ($1, 0, 0) on conflict do nothing',
      [id],
    )
    await queryRows(transaction, 'select from documents.views where document_id = $1 for update', [id])
    await queryRows(
      transaction,
      `update documents.views set "unique" = w.viewers, total = greatest(total, w.viewers)
         from (select count(*) as viewers from documents.viewers where document_id = $1) w
        where document_id = $1`,
      [id],
    )
  })
}
