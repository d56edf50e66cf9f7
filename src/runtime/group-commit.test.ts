import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupCommit } from './group-commit.ts'

test('items that arrive during a commit are the next group, and each gets the outcome of its own group', async () => {
  const batches: string[][] = []
  const ends: ((error?: Error) => void)[] = []
  const add = groupCommit<string>((items) => {
    batches.push(items)
    return new Promise((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())))
  })
  const first = add('a')
  await Promise.resolve()
  assert.deepEqual(batches, [['a']])
  const others = [add('b'), add('c')].map((done) => done.catch((error: Error) => error.message))
  await Promise.resolve()
  assert.deepEqual(batches, [['a']])
  ends[0]!()
  await first
  await new Promise(setImmediate)
  assert.deepEqual(batches, [['a'], ['b', 'c']])
  const last = add('d')
  ends[1]!(new Error('not now'))
  assert.deepEqual(await Promise.all(others), ['not now', 'not now'])
  await new Promise(setImmediate)
  assert.deepEqual(batches, [['a'], ['b', 'c'], ['d']])
  ends[2]!()
  await last
})

test('each item gets its own result or error, and a group has a limit', async () => {
  const sizes: number[] = []
  const double = groupCommit<number, number>((items) => {
    sizes.push(items.length)
    return Promise.resolve(items.map((n) => (n === 3 ? Promise.reject(new Error('no 3')) : 2 * n)))
  }, 4)
  const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map(double))
  assert.deepEqual(
    outcomes.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).message)),
    [2, 4, 'no 3', 8, 10],
  )
  assert.deepEqual(sizes, [4, 1])
})
