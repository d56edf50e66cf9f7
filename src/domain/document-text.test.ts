import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleKeptDocument } from '../testing/sample-documents.ts'
import { DocumentText } from './document-text.ts'

test('a text is given back as it is, with the version and the fields of its document', () => {
  const titles = [
    'Contract A',
    'ä"\\\u2028',
    ',"version":7}',
    ',"readers":["email:eve@example.com"]',
    '"',
    '{"id":"',
  ]
  for (const title of titles) {
    const given = sampleKeptDocument({ title, version: 42 })
    const { readers, ...document } = given
    for (const text of [DocumentText.from(JSON.stringify(given))!, DocumentText.of(given)]) {
      assert.equal(text.version, 42)
      assert.equal(text.json, JSON.stringify(document))
      assert.deepEqual(text.readers, readers)
      assert.deepEqual(text.kept, given)
      assert.deepEqual(text.document, document)
    }
  }
})

test('a text in another order of fields has its version too', () => {
  const { version, ...rest } = sampleKeptDocument({ title: ',"version":9}', version: 3 })
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
    '{"id":"x","version":1}',
    '{"id":"x77777}',
  ])
    assert.equal(DocumentText.from(text), undefined, text)
})
