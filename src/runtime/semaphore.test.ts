import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSemaphore } from './semaphore.ts'

test('work waits for a permit, in the order of the calls', async () => {
  const semaphore = createSemaphore(2)
  const started: number[] = []
  const ends: (() => void)[] = []
  const all = [1, 2, 3, 4].map((number) =>
    semaphore.run(async () => {
      started.push(number)
      await new Promise<void>((resolve) => ends.push(resolve))
      return number
    }),
  )
  await new Promise(setImmediate)
  assert.deepEqual(started, [1, 2])
  assert.equal(semaphore.waiting, 2)
  ends[1]!()
  await all[1]
  await new Promise(setImmediate)
  assert.deepEqual(started, [1, 2, 3])
  ends[0]!()
  ends[2]!()
  await new Promise(setImmediate)
  ends[3]!()
  assert.deepEqual(await Promise.all(all), [1, 2, 3, 4])
})

test('work that fails gives its permit back', async () => {
  const semaphore = createSemaphore(1)
  await assert.rejects(
    semaphore.run(() => Promise.reject(new Error('failed'))),
    /failed/,
  )
  assert.equal(await semaphore.run(() => Promise.resolve('next')), 'next')
})

test('a waiter whose signal aborts leaves the queue and takes no permit', async () => {
  const semaphore = createSemaphore(1)
  const giveBack = await semaphore.acquire()
  const abort = new AbortController()
  const aborted = semaphore.acquire(abort.signal)
  const next = semaphore.acquire()
  abort.abort(new Error('enough'))
  await assert.rejects(aborted, /enough/)
  await assert.rejects(semaphore.acquire(abort.signal), /enough/)
  giveBack()
  giveBack()
  const giveBackNext = await next
  let isThird = false
  const third = semaphore.acquire().then(() => (isThird = true))
  await new Promise(setImmediate)
  assert.equal(isThird, false)
  giveBackNext()
  await third
})
