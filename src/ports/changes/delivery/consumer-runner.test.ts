import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeEvent } from '../../../domain/change.ts'
import { DomainError } from '../../../domain/errors.ts'
import { silentLogger } from '../../../runtime/logger.ts'
import { recordingConsumer } from '../../../testing/changes.ts'
import { ConsumerRunner, type ConsumerRunnerOptions } from './consumer-runner.ts'

const events = Array.from({ length: 16 }, (_, index) => ({
  topic: 'cdc.documents',
  key: String(index),
  position: String(index),
  value: {},
})) as unknown as ChangeEvent[]

type Before = (batch: ChangeEvent[]) => void | Promise<void>

function prepare(before: Before, options: Partial<ConsumerRunnerOptions> = {}) {
  const consumer = recordingConsumer({ before })
  const sent: string[] = []
  const runner = new ConsumerRunner({
    consumer,
    deadLetters: { add: async (_, { key }) => void sent.push(key) },
    log: silentLogger,
    signal: new AbortController().signal,
    ...options,
  })
  return { consumer, runner, sent }
}

test('two failing events in a batch are found; the others are handled once and in order', async () => {
  const { consumer, runner, sent } = prepare((batch) => {
    if (batch.some(({ key }) => key === '3' || key === '12')) throw new Error('bad')
  })
  assert.equal(await runner.run(events), true)
  assert.deepEqual(sent, ['3', '12'])
  assert.deepEqual(
    consumer.events.map(({ key }) => Number(key)),
    [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15],
  )
  assert.equal(runner.deadLetterCount, 2)
})

test('an event that fails temporarily is retried and not sent to the dead letters', async () => {
  let failures = 2
  const { consumer, runner, sent } = prepare(() => {
    if (failures-- > 0) throw new Error('temporary')
  })
  assert.equal(await runner.run(events.slice(0, 1)), true)
  assert.equal(consumer.events.length, 1)
  assert.deepEqual(sent, [])
  assert.equal(runner.problem, undefined)
})

test('an event is kept while the dead letters cannot be written', async () => {
  let failures = 2
  const sent: string[] = []
  const add = async (_: string, { key }: ChangeEvent): Promise<void> => {
    if (failures-- > 0) throw new Error('no database')
    sent.push(key)
  }
  const { runner } = prepare(() => Promise.reject(new Error('bad')), { deadLetters: { add } })
  assert.equal(await runner.run(events.slice(0, 1)), true)
  assert.deepEqual(sent, ['0'])
})

test('the signal ends the waiting, and the batch is not done', async () => {
  const abort = new AbortController()
  const { runner } = prepare(
    () => {
      abort.abort()
      throw new DomainError('unavailable', 'away')
    },
    { signal: abort.signal },
  )
  assert.equal(await runner.run(events), false)
  assert.match(runner.problem!, /recorder: away/)
})
