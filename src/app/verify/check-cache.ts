import { isDeepStrictEqual } from 'node:util'
import { KEPT_COLUMNS } from '../../db/document-columns.ts'
import { queryRows } from '../../db/query.ts'
import { type KeptDocument, PUBLIC_FIELDS } from '../../domain/document-fields.ts'
import type { CachedState, DocumentCache } from '../../ports/cache/port.ts'
import { type Check, type CheckResources, type Finding, idsOf, NO_FAILURES, pagesOfIds } from './check.ts'

type Row = KeptDocument & { is_deleted: boolean; total: number }

const ROWS = `
  select ${KEPT_COLUMNS}, deleted_at is not null as is_deleted, coalesce(v.total, 0) as total
    from documents.documents d left join documents.views v on v.document_id = d.id
   where d.id = any($1::uuid[])`

/** Compares every cached document with its row, and the views that the cache counts with the table. */
export function cacheCheck(resources: CheckResources, cache: DocumentCache): Check {
  const { pool } = resources
  return {
    name: 'cache',
    pages: () => pagesOfIds(resources, idsOf('documents.documents')),
    async examine(ids) {
      const cached = await cache.inspect(ids)
      const rows = await queryRows<Row>(pool, ROWS, [ids])
      return rows.flatMap((row) => findingsOf(row, cached.get(row.id) ?? {}))
    },
    async repair(findings) {
      const rows = await queryRows<Row>(pool, ROWS, [findings.map(({ subject }) => subject)])
      for (const { id, version, is_deleted } of rows)
        await cache.forget(id, is_deleted ? version : version - 1)
      return NO_FAILURES
    },
  }
}

function findingsOf(row: Row, { document, views }: CachedState): Finding[] {
  const { id: subject, total } = row
  const findings: Finding[] = []
  if (document !== undefined && differs(row, document)) {
    const version = document === 'unreadable' ? 'an unreadable text' : `version ${document.version}`
    const state = row.is_deleted ? 'deleted' : `of version ${row.version}`
    const detail = `the cache has ${version}, the row is ${state}, and they differ`
    findings.push({ kind: 'cached-document', subject, detail, state: JSON.stringify(document) })
  }
  if (views !== undefined && views !== total) {
    const detail = `the cache counts ${views} views, the table ${total}`
    findings.push({ kind: 'cached-counter', subject, detail, state: String(views) })
  }
  return findings
}

const differs = (row: Row, cached: KeptDocument | 'unreadable'): boolean =>
  cached === 'unreadable' ||
  row.is_deleted ||
  !isDeepStrictEqual([cached.text, cached.readers], [row.text, row.readers]) ||
  PUBLIC_FIELDS.some((name) => cached[name] !== row[name])
