import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BulkEntry, createAcknowledgedWrites } from './acknowledged-writes.ts'

const entry = (id: string): BulkEntry => ({ id, lines: id, bytes: id.length })
const idsOf = (entries: BulkEntry[]): string[] => entries.map(({ id }) => id)

function prepare(requests = 2) {
  const reports: number[] = []
  const acknowledged = createAcknowledgedWrites(requests, (documents) => reports.push(documents))
  return {
    acknowledged,
    reports,
    write: (id: string, term: number) => acknowledged.onAnswer(acknowledged.onSend(), [entry(id)], term),
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
