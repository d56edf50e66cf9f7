import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeEvent } from '../../../domain/change.ts'
import { silentLogger } from '../../../runtime/logger.ts'
import { deferred, eventually } from '../../../testing/deadline.ts'
import { ConsumerQueue } from './consumer-queue.ts'
import type { Consumer } from '../port.ts'

/** A queue whose consumer finishes a batch when the test calls `finish`. */
function open(options: Pick<Consumer, 'maxBatch' | 'concurrency'>) {
  const started: { keys: string[]; finish: () => void }[] = []
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
        started.push({ keys: events.map(({ key }) => key), finish: resolve })
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
  return { queue, started, resets, offer }
}

test('up to `concurrency` batches are handled at the same time', async () => {
  const { queue, started, offer } = open({ maxBatch: 2, concurrency: 2 })
  offer('a', 'b', 'c', 'd', 'e')
  await eventually('two batches', () => started.length === 2)
  assert.deepEqual(
    started.map(({ keys }) => keys),
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  )
  assert.equal(queue.pending, 5)
  started[1]!.finish()
  await eventually('the third', () => started.length === 3)
  assert.deepEqual(started[2]!.keys, ['e'])
  for (const { finish } of started) finish()
  await queue.reached(5)
  await queue.stop()
})

test('a batch that is done before an older one does not move the position', async () => {
  const { queue, started, offer } = open({ maxBatch: 1, concurrency: 3 })
  offer('a', 'b', 'c')
  await eventually('all batches', () => started.length === 3)
  started[1]!.finish()
  await eventually('the second', () => queue.pending === 2)
  assert.equal(queue.done, 0)
  started[0]!.finish()
  await queue.reached(2)
  assert.equal(queue.done, 2)
  started[2]!.finish()
  await queue.stop()
  assert.equal(queue.done, 3)
})

test('a stop waits for all batches in flight and takes no other', async () => {
  const { queue, started, offer } = open({ maxBatch: 1, concurrency: 2 })
  offer('a', 'b', 'c')
  await eventually('two batches', () => started.length === 2)
  const stopped = queue.stop()
  started[1]!.finish()
  assert.equal(queue.done, 0)
  started[0]!.finish()
  await stopped
  assert.equal(started.length, 2)
  assert.equal(queue.done, 2)
})

test('a reset is delivered after the batches in flight and before any later event', async () => {
  const { queue, started, resets, offer } = open({ maxBatch: 1, concurrency: 2 })
  offer('a', 'b', 'c')
  await eventually('two batches', () => started.length === 2)
  queue.reset('lost')
  offer('d')
  started[0]!.finish()
  await eventually('the first', () => queue.pending === 2)
  assert.deepEqual(resets, [])
  assert.equal(started.length, 2)
  started[1]!.finish()
  await eventually('the last', () => started.length === 3)
  assert.deepEqual(resets, ['lost'])
  assert.deepEqual(started[2]!.keys, ['d'])
  started[2]!.finish()
  await queue.stop()
})
