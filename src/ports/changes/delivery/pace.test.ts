import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pace } from './pace.ts'

test('after a quiet time a few batches begin at once, then one each pace', () => {
  const pace = new Pace(100)
  const begun: number[] = []
  for (let now = 0; begun.length < 7; now++) {
    if (pace.waitMs(now) > 0) continue
    pace.started(now)
    begun.push(now)
  }
  assert.deepEqual(begun, [0, 1, 2, 3, 100, 200, 300])
})

test('many full batches that did not wait delay the next one by at most the pace', () => {
  const pace = new Pace(100)
  for (let batch = 0; batch < 5_000; batch++) pace.started(batch)
  assert.equal(pace.waitMs(4_999), 100)
})
