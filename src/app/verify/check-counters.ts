import { inTransaction, queryRows } from '../../db/query.ts'
import { type CheckContext, pagesOf } from './damage.ts'

const PAGE_SIZE = 500

type CounterRow = { id: string; total: number | null; unique: number | null; viewers: number }

/** One statement, so that counters and viewers are of one moment; they are written in one transaction. */
const PAGE = `
  select c.document_id as id, v.total, v."unique",
         (select count(*) from documents.viewers w where w.document_id = c.document_id) as viewers
    from (select document_id from documents.views where ($1::uuid is null or document_id > $1)
          union select distinct document_id from documents.viewers
           where ($1::uuid is null or document_id > $1)
          order by document_id limit ${PAGE_SIZE}) c
    left join documents.views v using (document_id) order by c.document_id`

/** Compares the counters of views with the viewers. A viewer has viewed a document at least once. */
export async function checkCounters(context: CheckContext): Promise<void> {
  const { pool, retry, repair, report, onProgress } = context
  for await (const rows of pagesOf((after) =>
    retry.retry(() => queryRows<CounterRow>(pool, PAGE, [after])),
  )) {
    for (const { id, total, unique, viewers } of rows) {
      if (unique === viewers && total! >= viewers) continue
      if (repair) await retry.retry(() => recount(pool, id))
      const detail = `${total ?? 0} views and ${unique ?? 0} viewers are counted; the table has ${viewers} viewers`
      report({ kind: 'view-counter', subject: id, detail, repaired: repair })
    }
    onProgress(rows.length)
  }
}

/** The lock on the row makes writers of views wait, whose viewers are not visible yet. */
function recount(pool: CheckContext['pool'], id: string): Promise<unknown> {
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
