import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createUuidV7 } from './ids.ts'

test('ids are UUIDs of version 7 whose first 48 bits are Unix milliseconds', () => {
  const now = new Date('2026-03-01T10:00:00.123Z')
  const id = createUuidV7({ now: () => now })()
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(parseInt(id.replaceAll('-', '').slice(0, 12), 16), now.getTime())
})

test('the ids of one process strictly increase, in a burst and when the clock is set back', () => {
  let millis = 1_800_000_000_000
  const newId = createUuidV7({ now: () => new Date(millis) })
  const ids = Array.from({ length: 10_000 }, (_, index) => {
    if (index === 9_000) millis -= 60_000
    return newId()
  })
  assert.deepEqual(ids, [...new Set(ids)].sort())
})
