import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleDocument } from '../testing/sample-documents.ts'
import { DocumentText } from './document-text.ts'

test('a text is given back as it is, with the version and the fields of its document', () => {
  const titles = ['Contract A', 'ä"\\\u2028', ',"version":7}', '"', '{"id":"']
  for (const title of titles) {
    const given = sampleDocument({ title, version: 42 })
    const json = JSON.stringify(given)
    for (const text of [DocumentText.from(json)!, DocumentText.of(given)]) {
      assert.equal(text.version, 42)
      assert.equal(text.json, json)
      assert.deepEqual(text.document, given)
    }
  }
})

test('a text in another order of fields has its version too', () => {
  const { version, ...rest } = sampleDocument({ title: ',"version":9}', version: 3 })
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
