import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coalesce } from './coalesce.ts'

test('requests of one turn are one call up to the maximum batch, and each gets its own answer', async () => {
  const calls: number[][] = []
  const double = coalesce<number, number>(3, async (numbers) => {
    calls.push(numbers)
    return numbers.map((number) => number * 2)
  })
  assert.deepEqual(await Promise.all([1, 2, 3, 4].map(double)), [2, 4, 6, 8])
  assert.deepEqual(calls, [[1, 2, 3], [4]])
  assert.equal(await double(5), 10)
  assert.equal(calls.length, 3)
})

test('a failed call rejects the requests of its batch only', async () => {
  const request = coalesce<number, number>(2, async (numbers) => {
    if (numbers.includes(1)) throw new Error('not now')
    return numbers
  })
  const results = await Promise.allSettled([1, 2, 3].map(request))
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled'],
  )
})

test('an Error among the answers rejects its request only', async () => {
  const request = coalesce<number, number>(9, async (numbers) =>
    numbers.map((number) => (number === 2 ? new Error('not this one') : number)),
  )
  const results = await Promise.allSettled([1, 2, 3].map(request))
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
})
