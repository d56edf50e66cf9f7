import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deferred, eventually } from '../../../testing/deadline.ts'
import { createRefresher } from './refresher.ts'

/** Counts refreshes alone and in writes; each takes `ms` of a clock that only this function moves. */
function open(ms: number) {
  const clock = { now: 0 }
  const done = { alone: 0, inWrites: 0 }
  const refresher = createRefresher(
    async () => {
      done.alone++
      clock.now += ms
    },
    () => clock.now,
  )
  const write = (documents: number): Promise<void> =>
    refresher.write(documents, async (refresh) => {
      if (!refresh) return
      done.inWrites++
      clock.now += ms
    })
  return { clock, done, refresher, write }
}

test('a single change is refreshed by its own request', async () => {
  const { done, write } = open(10)
  await write(1)
  assert.deepEqual(done, { alone: 0, inWrites: 1 })
})

test('a write of many documents waits for a refresh after it', async () => {
  const { done, write } = open(10)
  await write(21)
  assert.deepEqual(done, { alone: 1, inWrites: 0 })
})

test('writes during a refresh do not wait for the next one', async () => {
  const first = deferred()
  let refreshes = 0
  const { write } = createRefresher(async () => void refreshes++)
  const asked: boolean[] = []
  const waiting = write(1, () => first.promise)
  await Promise.all([1, 2, 3].map(() => write(1, async (refresh) => void asked.push(refresh))))
  assert.deepEqual(asked, [false, false, false])
  assert.equal(refreshes, 0)
  first.resolve()
  await waiting
  await eventually('the next refresh', () => refreshes === 1)
})

test('ten changes a second are each refreshed at once, at any distance', async () => {
  const { clock, done, write } = open(20)
  for (let second = 0; second < 10; second++) {
    for (let n = 0; n < 10; n++) await write(1)
    clock.now += 800
  }
  assert.deepEqual(done, { alone: 0, inWrites: 100 })
})

test('under constant load refreshes take a third of the time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { clock, done, refresher, write } = open(20)
  while (clock.now < 10_000) {
    await write(1)
    clock.now += 5
    t.mock.timers.tick(5)
    await new Promise(setImmediate)
  }
  const part = ((done.alone + done.inWrites) * 20) / clock.now
  assert.ok(part > 0.3 && part < 0.37, `${part}`)
  refresher.stop()
})

test('between refreshes of many documents the pause is long', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { clock, done, refresher, write } = open(10)
  const pass = async (ms: number): Promise<void> => {
    clock.now += ms
    t.mock.timers.tick(ms)
    await new Promise(setImmediate)
  }
  await write(1_000)
  assert.equal(done.alone, 1)
  await write(1_000)
  await pass(1_490)
  assert.equal(done.alone, 1)
  await pass(10)
  assert.equal(done.alone, 2)
  refresher.stop()
})

test('a failed refresh does not fail the write', async () => {
  const { write } = createRefresher(() => Promise.reject(new Error('no')))
  assert.equal(await write(100, async () => 'written'), 'written')
  await assert.rejects(
    write(1, () => Promise.reject(new Error('full'))),
    /full/,
  )
})

test('of several writes at the same time only the last one waits', async () => {
  const [first, refreshed] = [deferred(), deferred()]
  let refreshes = 0
  const { write } = createRefresher(() => {
    refreshes++
    return refreshed.promise
  })
  const other = write(1_000, () => first.promise)
  await write(1_000, async () => {})
  await eventually('the refresh', () => refreshes === 1)
  first.resolve()
  refreshed.resolve()
  await other
})

test('nothing is refreshed after stop()', async () => {
  const { done, refresher, write } = open(10)
  await write(1_000)
  await write(1_000)
  refresher.stop()
  await write(1_000)
  await new Promise((resolve) => setTimeout(resolve, 40))
  assert.equal(done.alone, 1)
})
