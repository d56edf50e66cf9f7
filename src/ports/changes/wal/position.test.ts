import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatPosition, isCovered, parsePosition, type WalPosition } from './position.ts'

const position = fc.record({
  epoch: fc.constantFrom('00000000000000aa', 'ffffffffffffff00'),
  commit: fc.bigInt(0n, 2n ** 64n - 1n),
  index: fc.nat(2 ** 32 - 1),
})

function compare(one: WalPosition, other: WalPosition): number {
  if (one.commit !== other.commit) return one.commit < other.commit ? -1 : 1
  return Math.sign(one.index - other.index)
}

test('positions of one epoch compare as strings as they do by commit and index', () => {
  fc.assert(
    fc.property(position, position, (one, other) => {
      const [a, b] = [formatPosition({ ...one, epoch: other.epoch }), formatPosition(other)]
      assert.equal(a < b ? -1 : a > b ? 1 : 0, compare(one, other))
      assert.equal(isCovered(a, b), compare(one, other) >= 0)
    }),
  )
})

test('a position survives formatting and parsing; other texts are rejected', () => {
  fc.assert(
    fc.property(position, (one) => {
      assert.deepEqual(parsePosition(formatPosition(one)), { ...one })
    }),
  )
  const text = formatPosition({ epoch: '00000000000000aa', commit: 1n, index: 1 })
  for (const wrong of ['', `${text}0`, ` ${text}`, `${text}\n`, text.toUpperCase(), text.slice(1), 'null']) {
    assert.equal(parsePosition(wrong), undefined)
  }
})

test('a position covers no event of another epoch', () => {
  fc.assert(
    fc.property(position, position, (one, other) => {
      fc.pre(one.epoch !== other.epoch)
      assert.equal(isCovered(formatPosition(one), formatPosition(other)), false)
    }),
  )
})
