import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gather } from './gather.ts'

test('what is asked for in one turn is one call, at most so many at a time, and each gets its own answer', async () => {
  const calls: number[][] = []
  const double = gather<number, number>(3, async (numbers) => {
    calls.push(numbers)
    return numbers.map((number) => number * 2)
  })
  assert.deepEqual(await Promise.all([1, 2, 3, 4].map(double)), [2, 4, 6, 8])
  assert.deepEqual(calls, [[1, 2, 3], [4]])
  assert.equal(await double(5), 10)
  assert.equal(calls.length, 3)
})

test('a call that fails fails for those who asked in it, and for nobody else', async () => {
  const ask = gather<number, number>(2, async (numbers) => {
    if (numbers.includes(1)) throw new Error('not now')
    return numbers
  })
  const results = await Promise.allSettled([1, 2, 3].map(ask))
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled'],
  )
})

test('an error among the answers fails for who asked for that', async () => {
  const ask = gather<number, number>(9, async (numbers) =>
    numbers.map((number) => (number === 2 ? new Error('not this one') : number)),
  )
  const results = await Promise.allSettled([1, 2, 3].map(ask))
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
})
