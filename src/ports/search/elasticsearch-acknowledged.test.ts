import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAcknowledged } from './elasticsearch-acknowledged.ts'
import type { BulkEntry } from './elasticsearch-bulk.ts'

const entry = (id: string): BulkEntry => ({ id, lines: id, bytes: id.length })
const idsOf = (entries: BulkEntry[]): string[] => entries.map(({ id }) => id)

function newAcknowledged(requests = 2) {
  const doubts: number[] = []
  const acknowledged = createAcknowledged(requests, (documents) => doubts.push(documents))
  return {
    acknowledged,
    doubts,
    write: (id: string, term: number) => acknowledged.answered(acknowledged.sending(), [entry(id)], term),
    doubtful: () => idsOf(acknowledged.takeDoubtful()),
  }
}

test('nothing is in doubt while the primary stays', () => {
  const { write, doubtful, doubts } = newAcknowledged()
  for (const id of ['a', 'b', 'c']) write(id, 4)
  assert.deepEqual(doubtful(), [])
  assert.deepEqual(doubts, [])
})

test('another primary puts the last requests in doubt, once', () => {
  const { write, doubtful, doubts } = newAcknowledged()
  for (const id of ['a', 'b', 'c']) write(id, 1)
  write('d', 2)
  assert.deepEqual(doubtful(), ['b', 'c'])
  assert.deepEqual(doubts, [2])
  write('e', 2)
  assert.deepEqual(doubtful(), [])
  write('f', 4)
  assert.deepEqual(doubtful(), ['d', 'e'])
})

test('an answer without a term is remembered under the present one', () => {
  const { write, doubtful } = newAcknowledged()
  write('a', 1)
  write('b', 0)
  write('c', 2)
  assert.deepEqual(doubtful(), ['a', 'b'])
})

test('what the former primary answers late is in doubt, and what a shard of a lower term answers is not', () => {
  const { acknowledged, write, doubtful } = newAcknowledged()
  write('a', 1)
  const late = acknowledged.sending()
  write('b', 3)
  assert.deepEqual(doubtful(), ['a'])
  acknowledged.answered(late, [entry('c')], 1)
  assert.deepEqual(doubtful(), ['c'])
  write('d', 1)
  assert.deepEqual(doubtful(), [])
})

test('what could not be written again stays in doubt, unless the index is another one', () => {
  const { acknowledged, write, doubtful } = newAcknowledged()
  write('a', 1)
  write('b', 2)
  acknowledged.giveBack(acknowledged.takeDoubtful())
  assert.deepEqual(doubtful(), ['a'])
  write('c', 3)
  acknowledged.forget()
  assert.deepEqual(doubtful(), [])
  write('d', 1)
  write('e', 1)
  assert.deepEqual(doubtful(), [])
})
