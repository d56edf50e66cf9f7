import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeEvent } from '../../../domain/change.ts'
import { silentLogger } from '../../../runtime/logger.ts'
import { deferred, eventually } from '../../../testing/deadline.ts'
import { ConsumerQueue } from './consumer-queue.ts'
import type { Consumer } from '../port.ts'

/** A queue whose consumer finishes a batch when it is told to. */
function open(options: Pick<Consumer, 'maxBatch' | 'concurrency'>) {
  const begun: { keys: string[]; finish: () => void }[] = []
  const resets: string[] = []
  let seq = 0
  const queue = new ConsumerQueue({
    consumer: {
      name: 'one',
      topics: ['cdc.documents'],
      delivery: 'shared',
      ...options,
      handle: (events) => {
        const { promise, resolve } = deferred()
        begun.push({ keys: events.map(({ key }) => key), finish: resolve })
        return promise
      },
      onReset: (reason) => void resets.push(reason),
    },
    deadLetters: { add: () => Promise.resolve() },
    log: silentLogger,
    onProgress: () => {},
    dispatched: () => seq,
  })
  const offer = (...keys: string[]): void => {
    for (const key of keys) {
      const event = {
        topic: 'cdc.documents',
        key,
        position: key,
        value: { op: 'c' },
      } as unknown as ChangeEvent
      queue.offer({ seq: ++seq, event })
    }
  }
  return { queue, begun, resets, offer }
}

test('as many batches are handled at the same time as the consumer bears', async () => {
  const { queue, begun, offer } = open({ maxBatch: 2, concurrency: 2 })
  offer('a', 'b', 'c', 'd', 'e')
  await eventually('two batches', () => begun.length === 2)
  assert.deepEqual(
    begun.map(({ keys }) => keys),
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  )
  assert.equal(queue.pending, 5)
  begun[1]!.finish()
  await eventually('the third', () => begun.length === 3)
  assert.deepEqual(begun[2]!.keys, ['e'])
  for (const { finish } of begun) finish()
  await queue.reached(5)
  await queue.stop()
})

test('a batch that is done before an older one does not move the place', async () => {
  const { queue, begun, offer } = open({ maxBatch: 1, concurrency: 3 })
  offer('a', 'b', 'c')
  await eventually('all batches', () => begun.length === 3)
  begun[1]!.finish()
  await eventually('the second', () => queue.pending === 2)
  assert.equal(queue.done, 0)
  begun[0]!.finish()
  await queue.reached(2)
  assert.equal(queue.done, 2)
  begun[2]!.finish()
  await queue.stop()
  assert.equal(queue.done, 3)
})

test('a stop waits for all batches in hand, and takes no other', async () => {
  const { queue, begun, offer } = open({ maxBatch: 1, concurrency: 2 })
  offer('a', 'b', 'c')
  await eventually('two batches', () => begun.length === 2)
  const stopped = queue.stop()
  begun[1]!.finish()
  assert.equal(queue.done, 0)
  begun[0]!.finish()
  await stopped
  assert.equal(begun.length, 2)
  assert.equal(queue.done, 2)
})

test('a reset is told once all batches in hand are done, before anything later', async () => {
  const { queue, begun, resets, offer } = open({ maxBatch: 1, concurrency: 2 })
  offer('a', 'b', 'c')
  await eventually('two batches', () => begun.length === 2)
  queue.reset('lost')
  offer('d')
  begun[0]!.finish()
  await eventually('the first', () => queue.pending === 2)
  assert.deepEqual(resets, [])
  assert.equal(begun.length, 2)
  begun[1]!.finish()
  await eventually('the last', () => begun.length === 3)
  assert.deepEqual(resets, ['lost'])
  assert.deepEqual(begun[2]!.keys, ['d'])
  begun[2]!.finish()
  await queue.stop()
})
