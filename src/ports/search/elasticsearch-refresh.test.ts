import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deferred, eventually } from '../../testing/deadline.ts'
import { createRefresher } from './elasticsearch-refresh.ts'

/** Counts refreshes of its own and those that a write was to do; each takes `ms` of a clock that only this moves. */
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
    refresher.written(documents, async (refresh) => {
      if (!refresh) return
      done.inWrites++
      clock.now += ms
    })
  return { clock, done, refresher, write }
}

test('a single change is refreshed by the request that writes it', async () => {
  const { done, write } = open(10)
  await write(1)
  assert.deepEqual(done, { alone: 0, inWrites: 1 })
})

test('of many documents, written by several requests, the refresh follows and is waited for', async () => {
  const { done, write } = open(10)
  await write(21)
  assert.deepEqual(done, { alone: 1, inWrites: 0 })
})

test('what is written during a refresh is in the next one, which nobody waits for', async () => {
  const first = deferred()
  let refreshes = 0
  const { written } = createRefresher(async () => void refreshes++)
  const asked: boolean[] = []
  const waiting = written(1, () => first.promise)
  await Promise.all([1, 2, 3].map(() => written(1, async (refresh) => void asked.push(refresh))))
  assert.deepEqual(asked, [false, false, false])
  assert.equal(refreshes, 0)
  first.resolve()
  await waiting
  await eventually('the next refresh', () => refreshes === 1)
})

test('ten changes a second are each refreshed at once, whatever the distance between them', async () => {
  const { clock, done, write } = open(20)
  for (let second = 0; second < 10; second++) {
    for (let n = 0; n < 10; n++) await write(1)
    clock.now += 800
  }
  assert.deepEqual(done, { alone: 0, inWrites: 100 })
})

test('while changes come without end, refreshing takes a third of the time', async (t) => {
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

test('a refresh that fails is no failure of what was written, a write that fails is one', async () => {
  const { written } = createRefresher(() => Promise.reject(new Error('no')))
  assert.equal(await written(100, async () => 'written'), 'written')
  await assert.rejects(
    written(1, () => Promise.reject(new Error('full'))),
    /full/,
  )
})

test('of several writes at the same time only the last one waits', async () => {
  const [first, refreshed] = [deferred(), deferred()]
  let refreshes = 0
  const { written } = createRefresher(() => {
    refreshes++
    return refreshed.promise
  })
  const other = written(1_000, () => first.promise)
  await written(1_000, async () => {})
  await eventually('the refresh that nobody waits for', () => refreshes === 1)
  first.resolve()
  refreshed.resolve()
  await other
})

test('after the stop nothing is refreshed any more', async () => {
  const { done, refresher, write } = open(10)
  await write(1_000)
  await write(1_000)
  refresher.stop()
  await write(1_000)
  await new Promise((resolve) => setTimeout(resolve, 40))
  assert.equal(done.alone, 1)
})
