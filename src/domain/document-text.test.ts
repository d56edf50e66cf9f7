import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Document } from './document-fields.ts'
import { DocumentText } from './document-text.ts'

const document = (changes: Partial<Document> = {}): Document => ({
  id: '019aa1b2-0000-7000-8000-000000000001',
  title: 'Contract A',
  content_type: 'text/plain',
  content_size: 12,
  content_sha256: '0'.repeat(64),
  s3_key: '019aa1b2-0000-7000-8000-000000000001/content',
  status: 'created',
  created_by: 'ada@example.com',
  created_at: '2026-03-01T10:00:00.123456Z',
  updated_at: '2026-03-01T10:00:00.123456Z',
  version: 1,
  ...changes,
})

test('a text is given back as it is, with the version and the fields of its document', () => {
  const titles = ['Contract A', 'ä"\\\u2028', ',"version":7}', '"', '{"id":"']
  for (const title of titles) {
    const given = document({ title, version: 42 })
    const json = JSON.stringify(given)
    for (const text of [DocumentText.from(json)!, DocumentText.of(given)]) {
      assert.equal(text.version, 42)
      assert.equal(text.json, json)
      assert.deepEqual(text.document, given)
    }
  }
})

test('a text in another order of fields has its version too', () => {
  const { version, ...rest } = document({ title: ',"version":9}', version: 3 })
  for (const given of [
    { version, ...rest },
    { ...rest, version, created_by: 'version' },
  ])
    assert.equal(DocumentText.from(JSON.stringify(given))?.version, 3)
})

test('what is no document is none', () => {
  for (const text of [
    '',
    'not JSON',
    '{}',
    'null',
    '7',
    '{"id":"',
    '{"id":"x","version":}',
    '{"id":"x"}',
    '{"id":"x77777}',
  ])
    assert.equal(DocumentText.from(text), undefined, text)
})
