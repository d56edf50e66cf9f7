import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandomHex } from './random.ts'

test('random digits come in the number asked for, and never twice', () => {
  const random = createRandomHex(64)
  const given = Array.from({ length: 1_000 }, () => random(48))
  assert.ok(given.every((digits) => /^[0-9a-f]{48}$/.test(digits)))
  assert.equal(new Set(given).size, 1_000)
  assert.throws(() => random(129), RangeError)
})
