import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { queryRows } from '../../db/query.ts'
import { openTestDatabase } from '../../testing/database.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { type InsertedDocument, insertDocumentsTogether } from './insert-documents.ts'

const { pool } = await openTestDatabase(TEST_FILE)

function newDocument(n: number, size: number): InsertedDocument {
  const id = randomUUID()
  const bytes = Buffer.from(`${n}\\'"\0é`.repeat(size))
  const key = `${id}/content`
  return {
    row: {
      id,
      title: n % 3 === 0 ? `Number ${n} "quoted" \\ \u2028` : `Number ${n}`,
      file_name: n % 2 === 0 ? null : `${n}.txt`,
      content_type: 'text/plain',
      created_by: `Creator-${n}@example.com`,
      content_size: bytes.byteLength,
      content_sha256: createHash('sha256').update(bytes).digest('hex'),
      s3_key: key,
      text_state: 'empty',
      text_reason: null,
      text_pages: null,
      text_language: null,
      text_cut: false,
      takes_title: false,
      readers: [`email:creator-${n}@example.com`, 'group:legal'],
      traceparent: null,
    },
    object: size === 0 ? undefined : { bucket: 'documents', key, bytes },
    actor: JSON.stringify({ kind: 'person', actor: `email:actor-${n}@example.com` }),
  }
}

test('documents that are inserted together have each its row, bytes and history, and a refused one fails alone', async () => {
  const insert = insertDocumentsTogether(pool)
  const refused = newDocument(7, 5)
  refused.row.content_type = 'x'.repeat(1_000)
  const documents = Array.from({ length: 40 }, (_, n) => (n === 7 ? refused : newDocument(n, n % 5)))
  const outcomes = await Promise.allSettled(documents.map(insert))
  for (const [n, outcome] of outcomes.entries()) {
    const { row, object } = documents[n]!
    const [history] = await queryRows(
      pool,
      `select salted->'actor'->>1 as actor, salted->'title'->>1 as title
         from history.history join history.personal using (document_id, number) where document_id = $1`,
      [row.id],
    )
    const [stored] = await queryRows(
      pool,
      `select encode(sha256(bytes), 'hex') as sha256 from blobs.objects where bucket = 'documents' and key = $1`,
      [row.s3_key],
    )
    if (n === 7) {
      assert.equal(outcome.status, 'rejected')
      assert.deepEqual([history, stored], [undefined, undefined])
      continue
    }
    assert(outcome.status === 'fulfilled')
    const { title, file_name, created_by, readers, version } = outcome.value
    assert.deepEqual(
      { title, file_name, created_by, readers, version },
      {
        title: row.title,
        file_name: row.file_name,
        created_by: row.created_by,
        readers: row.readers,
        version: 1,
      },
    )
    assert.deepEqual(history, { actor: `email:actor-${n}@example.com`, title: row.title })
    assert.equal(stored?.['sha256'], object && row.content_sha256)
  }
})

test('as many as wait share a transaction, and no more than 32', async () => {
  const insert = insertDocumentsTogether(pool)
  const documents = Array.from({ length: 50 }, (_, n) => newDocument(n, 1))
  await Promise.all(documents.map(insert))
  const ids = documents.map(({ row }) => row.id)
  const rows = await queryRows<{ count: number }>(
    pool,
    'select count(*) from documents.documents where id = any($1) group by xmin order by 1',
    [ids],
  )
  assert.deepEqual(
    rows.map(({ count }) => count),
    [18, 32],
  )
})

test('documents whose contents are stored elsewhere need no right on objects', async () => {
  await queryRows(pool, 'alter table blobs.objects rename to away')
  try {
    const insert = insertDocumentsTogether(pool)
    const inserted = await Promise.all(Array.from({ length: 5 }, (_, n) => insert(newDocument(n, 0))))
    assert.equal(inserted.length, 5)
  } finally {
    await queryRows(pool, 'alter table blobs.away rename to objects')
  }
})
