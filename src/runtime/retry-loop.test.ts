import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deferred, within } from '../testing/deadline.ts'
import { createLogger } from './logger.ts'
import { RetryLoop } from './retry-loop.ts'

test('work that fails again right after it succeeded is retried ever more slowly, and logged once', async () => {
  const lines: string[] = []
  const attempts: number[] = []
  const enough = deferred()
  const loop = new RetryLoop({
    work: async (onWorking) => {
      attempts.push(performance.now())
      if (attempts.length === 6) enough.resolve()
      onWorking()
      throw new Error('the disk is full')
    },
    log: createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } }),
    warning: 'lost',
  })
  await loop.start()
  await within(30_000, 'six attempts', enough.promise)
  await loop.stop()
  const gaps = attempts.slice(1).map((at, n) => at - attempts[n]!)
  // At least half of 100, 200, 400, 800 and 1,600 ms.
  gaps.forEach((gap, n) => assert.ok(gap >= 50 * 2 ** n - 1, `${gap} ms before attempt ${n + 2}`))
  assert.equal(lines.length, 1)
})
