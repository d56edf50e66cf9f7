import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TOPIC_TABLE } from './topics.ts'

test('topics, tables and letters are unique', () => {
  for (const property of ['topic', 'table', 'letter'] as const) {
    const values = TOPIC_TABLE.map((entry) => entry[property])
    assert.deepEqual([...new Set<string>(values)], values)
  }
})
