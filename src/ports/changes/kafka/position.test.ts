import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isPosition } from '../position-form.ts'
import {
  combineOffsets,
  createCovers,
  Cursor,
  formatPosition,
  isReached,
  NOWHERE,
  parsePosition,
} from './position.ts'

const offset = fc.nat(2 ** 36 - 1)
const partitions = fc.array(offset, { minLength: 1, maxLength: 8 })
const identity = fc.constantFrom('PeQBUK5S', '-_aaaaa0')
const covers = createCovers()

test('a position survives its text, which is safe in URLs, has at most 128 characters and no ~', () => {
  fc.assert(
    fc.property(identity, partitions, partitions, (id, documents, signatures) => {
      const position = { identity: id, moved: undefined, offsets: [documents, signatures] }
      const text = formatPosition(position)
      assert.match(text, /^[\w.-]{1,128}$/)
      assert.deepEqual(parsePosition(text), position)
    }),
  )
})

test('a cursor formats its own position', () => {
  fc.assert(
    fc.property(
      partitions,
      fc.array(fc.tuple(fc.nat(1), fc.nat(7), fc.integer({ min: 1, max: 2 ** 36 }))),
      (start, moves) => {
        const cursor = new Cursor('PeQBUK5S', [start, start])
        for (const [topic, partition, next] of moves) {
          cursor.move(topic, partition, next)
          const { offsets } = cursor
          const expected = formatPosition({ identity: 'PeQBUK5S', moved: [topic, partition], offsets })
          assert.equal(cursor.positionOf(topic, partition), expected)
          assert.ok(covers(cursor.position, expected))
        }
        assert.deepEqual(parsePosition(cursor.position)?.offsets, cursor.offsets)
      },
    ),
  )
})

test('a position covers an event exactly when it is past it in its partition', () => {
  fc.assert(
    fc.property(partitions, partitions, fc.nat(8), (one, other, pick) => {
      const partition = pick % other.length
      fc.pre(other[partition]! > 0)
      const event = formatPosition({ identity: 'PeQBUK5S', moved: [0, partition], offsets: [other, []] })
      const reader = formatPosition({ identity: 'PeQBUK5S', moved: undefined, offsets: [one, []] })
      assert.equal(covers(reader, event), (one[partition] ?? 0) >= other[partition]!)
      assert.equal(covers(reader.replace('PeQBUK5S', 'PeQBUK5T'), event), false)
      assert.equal(covers(event, reader), false, 'only the positions of events can be covered')
    }),
  )
})

test('the later of two positions covers what either does', () => {
  fc.assert(
    fc.property(partitions, partitions, (one, other) => {
      const both = combineOffsets(Math.max, [one, []], [other, []])
      assert.ok(isReached(both, [one, []]) && isReached(both, [other, []]))
    }),
  )
})

test('the position of a reader that has not started is one that a client may send', () => {
  assert.ok(isPosition(NOWHERE))
  assert.deepEqual(parsePosition(NOWHERE)?.offsets.flat(), [])
})

test('no other text is a position', () => {
  const text = formatPosition({ identity: 'PeQBUK5S', moved: [0, 1], offsets: [[5, 6], [7]] })
  assert.ok(parsePosition(text))
  const wrong = [
    '',
    'none',
    `${text} `,
    `${text}~1`,
    text.slice(1),
    text.replace('d1', 'd7'),
    text.replace('..', '.'),
    `${text}.`,
  ]
  for (const other of [...wrong, `${text}\n`, text.replace('..', '...'), `${text}${'.A'.repeat(60)}`]) {
    assert.equal(parsePosition(other), undefined, other)
  }
})
