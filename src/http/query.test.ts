import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { flag, parseQuery } from './query.ts'

test('a query without parameters has its defaults, or lacks what is required, each time', () => {
  const schema = z.object({ total: flag, q: z.string().optional() })
  for (let times = 0; times < 2; times++) {
    assert.deepEqual(parseQuery(schema, {}), { total: 'false' })
    assert.deepEqual(parseQuery(schema, { total: 'true', q: 'x' }), { total: 'true', q: 'x' })
    assert.throws(() => parseQuery(z.object({ q: z.string() }), {}), /query\.q/)
  }
})

test('what one request makes of it cannot reach the next one', () => {
  const schema = z.object({ total: flag })
  const query = parseQuery(schema, {}) as { total: string }
  assert.throws(() => (query.total = 'true'), TypeError)
  assert.deepEqual(parseQuery(schema, {}), { total: 'false' })
})
