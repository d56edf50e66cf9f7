import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandomBytes } from './random.ts'

test('random bytes come in the size asked for, and never twice', () => {
  const random = createRandomBytes(64)
  const given = Array.from({ length: 1_000 }, () => random(24))
  assert.ok(given.every(({ length }) => length === 24))
  assert.equal(new Set(given.map((bytes) => bytes.toString('hex'))).size, 1_000)
  assert.throws(() => random(65), RangeError)
})
