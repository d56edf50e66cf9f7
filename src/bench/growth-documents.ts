import { Client, type ClientConfig } from 'pg'
import type { Pool } from 'undici'
import { poll } from '../runtime/poll.ts'
import { ask, get } from './load.ts'

const BATCH = 10_000
const POLL_MS = 250
/** Milliseconds for each document until it is indexed, and in any case. */
const INDEX_LIMIT_MS = { document: 3, least: 60_000 }

/**
 * Documents with titles of Zipf's law, authors who have one in 1,000, and what only ten of them have, whatever their number.
 * Rows without histories and roles, as a restore inserts them. Their contents were never stored.
 */
const INSERT = `
  INSERT INTO documents.documents
    (id, title, file_name, content_type, content_size, s3_key, status, created_by, created_at, updated_at,
     text_state, text_language)
  SELECT id, concat_ws(' ',
           'Contract', n, CASE WHEN n % 3 > 0 THEN 'notice' END, CASE WHEN n % 2 = 0 THEN 'of termination' END,
           CASE WHEN n % 10 = 0 THEN 'harbor' END, CASE WHEN n % ($2 / 10) = 0 THEN 'zanzibar' END,
           'w' || translate(to_hex(n % 50000), '0123456789', 'ghijklmnop')),
         'files/' || n || '.txt',
         CASE WHEN n % ($2 / 10) = 0 THEN 'image/x-rare' ELSE 'text/plain' END, 0, id || '/content',
         CASE WHEN n % ($2 / 10) = 0 THEN 'archived' WHEN n % 3 = 0 THEN 'sent' ELSE 'created' END,
         CASE WHEN n % 2 = 0 THEN 'half@example.com' WHEN n % ($2 / 10) = 1 THEN 'few@example.com'
              ELSE 'author' || n % 1000 || '@example.com' END,
         '2026-01-01Z'::timestamptz + n * interval '1 s', '2026-01-01Z'::timestamptz + n * interval '1 s',
         'empty', CASE WHEN n % ($2 / 10) = 0 THEN 'fi' WHEN n % 2 = 0 THEN 'en' END
    FROM (SELECT n, gen_random_uuid() AS id
            FROM generate_series($1::int, $1::int + $3::int - 1) n, set_config('docmgr.restoring', 'on', true)) new`

/** What documents are put into. */
export interface Filled {
  /** to a port with all routes */
  pool: Pool
  /** of a user who may insert rows */
  database: ClientConfig
  /** Whether all of so many documents have been indexed. */
  isIndexed(count: number): Promise<boolean>
}

/** Fills the service with so many documents, at least 100, and waits until all are indexed. */
export async function fill({ pool, database, isIndexed }: Filled, count: number): Promise<void> {
  const client = new Client(database)
  await client.connect()
  try {
    for (let first = 0; first < count; first += BATCH)
      await client.query(INSERT, [first, count, Math.min(BATCH, count - first)])
    await client.query('VACUUM ANALYZE documents.documents')
  } finally {
    await client.end()
  }
  const timeoutMs = INDEX_LIMIT_MS.least + count * INDEX_LIMIT_MS.document
  await poll({ timeoutMs, maxIntervalMs: POLL_MS }, `${count} documents to be indexed`, () =>
    isIndexed(count),
  )
  // The index is opened, and the planner's first plans are made.
  await ask(pool, get('/search?q=contract'))
}
