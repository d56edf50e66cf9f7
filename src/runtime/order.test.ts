import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOrder } from './order.ts'

test('work with a key in common waits for the work before it, also when that fails, and other work does not', async () => {
  const inOrder = createOrder()
  const log: string[] = []
  const first = new AbortController()
  const failure = new Promise<void>((_, reject) =>
    first.signal.addEventListener('abort', () => reject(new Error('away'))),
  )
  const work = (name: string, until?: Promise<void>) => async (): Promise<string> => {
    log.push(name)
    await until
    return name
  }
  const failing = inOrder(['a', 'b'], work('first', failure))
  const second = inOrder(['b', 'c'], work('second'))
  const third = inOrder(['c'], work('third'))
  assert.equal(await inOrder(['d'], work('other')), 'other')
  assert.deepEqual(log, ['first', 'other'])
  first.abort()
  await assert.rejects(failing, /away/)
  assert.deepEqual(await Promise.all([second, third]), ['second', 'third'])
  assert.deepEqual(log, ['first', 'other', 'second', 'third'])
})
