import type { Pool } from 'pg'
import { queryRows } from '../../db/query.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { TOTALS_DESCRIPTION, totalsResponse, totalsSchema } from '../../http/totals.ts'
import { createSemaphore } from '../../runtime/semaphore.ts'

export function getDocumentTotals(pool: Pool): Endpoint {
  // Each reads all rows.
  const turns = createSemaphore(1)
  return defineEndpoint({
    method: 'GET',
    path: '/totals',
    operationId: 'getDocumentTotals',
    summary: 'How many documents the database has, and the sum of their versions',
    description: TOTALS_DESCRIPTION,
    policy: 'operator',
    responses: { 200: { description: 'the totals', schema: totalsSchema, headers: ['Cache-Control'] } },
    handle: () => turns.run(async () => totalsResponse(await readTotals(pool))),
  })
}

/** Of the documents that the index has. @throws the error of pg */
async function readTotals(pool: Pool): Promise<{ documents: number; versions: number }> {
  const [row] = await queryRows<Record<'documents' | 'versions', string>>(
    pool,
    `SELECT count(*) AS documents, coalesce(sum(version), 0) AS versions
       FROM documents.documents WHERE s3_key IS NOT NULL AND deleted_at IS NULL`,
  )
  return { documents: Number(row!.documents), versions: Number(row!.versions) }
}
