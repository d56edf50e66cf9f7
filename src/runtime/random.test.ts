import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandomHex } from './random.ts'

test('each call returns the given number of digits, and no digits twice', () => {
  const random = createRandomHex(64)
  const results = Array.from({ length: 1_000 }, () => random(48))
  assert.ok(results.every((digits) => /^[0-9a-f]{48}$/.test(digits)))
  assert.equal(new Set(results).size, 1_000)
  assert.throws(() => random(129), RangeError)
})
