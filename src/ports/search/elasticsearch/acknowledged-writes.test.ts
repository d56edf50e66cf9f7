import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BulkEntry, createAcknowledgedWrites } from './acknowledged-writes.ts'

const HOUR_MS = 3_600_000
const entry = (id: string, repeatableUntil = HOUR_MS): BulkEntry => {
  return { id, lines: [Buffer.from(id)], bytes: id.length, repeatableUntil }
}
const idsOf = (entries: BulkEntry[]): string[] => entries.map(({ id }) => id)

function prepare(requests = 2) {
  const reports: number[] = []
  let now = 0
  const onUncertain = (documents: number): void => void reports.push(documents)
  const acknowledged = createAcknowledgedWrites(requests, onUncertain, () => now)
  return {
    acknowledged,
    pass: (ms: number) => void (now += ms),
    reports,
    write: (id: string, term: number, until?: number) =>
      acknowledged.onAnswer(acknowledged.onSend(), [entry(id, until)], term),
    uncertain: () => idsOf(acknowledged.takeUncertain()),
  }
}

test('nothing is uncertain while the primary stays', () => {
  const { write, uncertain, reports } = prepare()
  for (const id of ['a', 'b', 'c']) write(id, 4)
  assert.deepEqual(uncertain(), [])
  assert.deepEqual(reports, [])
})

test('a new primary makes the last requests uncertain, once', () => {
  const { write, uncertain, reports } = prepare()
  for (const id of ['a', 'b', 'c']) write(id, 1)
  write('d', 2)
  assert.deepEqual(uncertain(), ['b', 'c'])
  assert.deepEqual(reports, [2])
  write('e', 2)
  assert.deepEqual(uncertain(), [])
  write('f', 4)
  assert.deepEqual(uncertain(), ['d', 'e'])
})

test('what was made too long before a new primary is met stays as it is', () => {
  const { write, uncertain, pass } = prepare(3)
  write('a', 1)
  write('b', 1, Infinity)
  write('c', 1, 2 * HOUR_MS)
  pass(HOUR_MS)
  write('d', 2)
  assert.deepEqual(uncertain(), ['b', 'c'])
})

test('what is written again becomes no younger, and what waits to be written again becomes too old', () => {
  const { acknowledged, write, uncertain, pass, reports } = prepare()
  write('a', 1)
  write('b', 2, Infinity)
  const [a] = acknowledged.takeUncertain()
  acknowledged.onAnswer(acknowledged.onSend(), [a!], 2)
  write('c', 3, Infinity)
  acknowledged.putBack(acknowledged.takeUncertain())
  pass(HOUR_MS)
  assert.deepEqual(uncertain(), ['b'])
  assert.deepEqual(reports, [1, 2])
})

test('an answer without a term belongs to the current one', () => {
  const { write, uncertain } = prepare()
  write('a', 1)
  write('b', 0)
  write('c', 2)
  assert.deepEqual(uncertain(), ['a', 'b'])
})

test('a late answer of the former primary is uncertain, an answer of a shard with a lower term is not', () => {
  const { acknowledged, write, uncertain } = prepare()
  write('a', 1)
  const late = acknowledged.onSend()
  write('b', 3)
  assert.deepEqual(uncertain(), ['a'])
  acknowledged.onAnswer(late, [entry('c')], 1)
  assert.deepEqual(uncertain(), ['c'])
  write('d', 1)
  assert.deepEqual(uncertain(), [])
})

test('writes that are put back stay uncertain, unless the index is a new one', () => {
  const { acknowledged, write, uncertain } = prepare()
  write('a', 1)
  write('b', 2)
  acknowledged.putBack(acknowledged.takeUncertain())
  assert.deepEqual(uncertain(), ['a'])
  write('c', 3)
  acknowledged.reset()
  assert.deepEqual(uncertain(), [])
  write('d', 1)
  write('e', 1)
  assert.deepEqual(uncertain(), [])
})
