import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs, createRetryBudget, pause } from './backoff.ts'

test('the wait doubles up to its limit, and half of it is random', () => {
  const backoff = { firstMs: 100, limitMs: 1_000 }
  const waits = (random: number) =>
    [1, 2, 3, 4, 5, 1_000].map((failures) => backoffMs(failures, backoff, () => random))
  assert.deepEqual(waits(1), [100, 200, 400, 800, 1_000, 1_000])
  assert.deepEqual(waits(0), [50, 100, 200, 400, 500, 500])
})

test('a pause ends early, without an error, when its signal aborts', async () => {
  const abort = new AbortController()
  const paused = pause(600_000, abort.signal)
  abort.abort()
  await paused
  await pause(600_000, abort.signal)
})

test('a retry budget is refilled by a tenth of a retry for each request', () => {
  const budget = createRetryBudget(2)
  assert.deepEqual([1, 2, 3].map(budget.tryTake), [true, true, false])
  for (let request = 0; request < 11; request++) budget.onRequest()
  assert.deepEqual([1, 2].map(budget.tryTake), [true, false])
})
