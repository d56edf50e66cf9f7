import { setTimeout as delay } from 'node:timers/promises'
import { queryRows } from '../../db/query.ts'
import { type Document, PUBLIC_FIELDS } from '../../domain/document-fields.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import { type CheckContext, pagesOf } from './damage.ts'

const PAGE_SIZE = 500
/** A changed row is cached at once; a look a little later shows what stays. */
const GRACE_MS = 1_000

type Row = Document & { is_deleted: boolean }

const ROWS = `select ${PUBLIC_FIELDS.join(', ')}, deleted_at is not null as is_deleted from documents.documents`

/** Compares every cached document with its row. */
export async function checkCache(cache: DocumentCache, context: CheckContext): Promise<void> {
  const { pool, retry, repair, isAlone, report, onProgress } = context
  const staleOf = async (rows: Row[]): Promise<Row[]> => {
    const cached = await Promise.all(rows.map(({ id }) => retry.retry(() => cache.read(id, undefined))))
    return rows.filter((row, place) => {
      const text = cached[place]
      return text !== undefined && differs(row, text.document)
    })
  }
  const page = `${ROWS} where ($1::uuid is null or id > $1) order by id limit ${PAGE_SIZE}`
  for await (const rows of pagesOf((after) => retry.retry(() => queryRows<Row>(pool, page, [after])))) {
    let stale = await staleOf(rows)
    if (stale.length > 0 && !isAlone) {
      await delay(GRACE_MS)
      const ids = stale.map(({ id }) => id)
      const again = await retry.retry(() => queryRows<Row>(pool, `${ROWS} where id = any($1::uuid[])`, [ids]))
      stale = await staleOf(again)
    }
    for (const { id, version } of stale) {
      if (repair) await retry.retry(() => cache.remove(id, version))
      report({
        kind: 'cached-document',
        subject: id,
        detail: 'the cache has another state',
        repaired: repair,
      })
    }
    onProgress(rows.length)
  }
}

function differs(row: Row, cached: Document): boolean {
  return row.is_deleted || PUBLIC_FIELDS.some((name) => cached[name] !== row[name])
}
