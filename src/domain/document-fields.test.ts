import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  FACETS,
  filterParameters,
  INPUT_FIELDS,
  PUBLIC_FIELDS,
  queryName,
  takesSeveral,
} from './document-fields.ts'

test('a document has its public fields, in the order of the table', () => {
  assert.equal(
    PUBLIC_FIELDS.join(' '),
    'id title file_name content_type content_size content_sha256 s3_key status created_by created_at updated_at version',
  )
  assert.deepEqual(INPUT_FIELDS, ['title', 'file_name', 'content_type', 'created_by'])
  assert.deepEqual(FACETS.map(queryName), ['content_type', 'status', 'created_by', 'language'])
})

test('lists accept more filters than searches, and a time is a range of two parameters', () => {
  assert.deepEqual(Object.keys(filterParameters('search')), [
    'content_type',
    'status',
    'created_by',
    'created_from',
    'created_to',
    'text_state',
    'language',
  ])
  assert.deepEqual(filterParameters('list')['created_to'], { field: 'created_at', operator: 'to' })
  assert.deepEqual(filterParameters('list')['title'], { field: 'title', operator: 'contains' })
  const single = Object.entries(filterParameters('list')).filter(([, parameter]) => !takesSeveral(parameter))
  assert.deepEqual(
    single.map(([name]) => name),
    ['created_from', 'created_to'],
  )
})
