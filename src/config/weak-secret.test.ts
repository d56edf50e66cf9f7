import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { isPublished, weaknessOf } from './weak-secret.ts'

test('a secret without randomness is weak', () => {
  for (const secret of [
    'a'.repeat(32),
    'ab'.repeat(20),
    'secret'.repeat(6),
    'changeme'.repeat(4),
    '0123456789abcdef'.repeat(2),
    '12345678901234567890123456789012',
    'abcdefghijklmnopqrstuvwxyz012345',
    'password1password2password3password4',
  ]) {
    assert.ok(weaknessOf(secret), secret)
  }
})

test('random secrets in any form are not weak', () => {
  for (let round = 0; round < 200; round++) {
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      const secret = randomBytes(32).toString(form)
      assert.equal(weaknessOf(secret), undefined, secret)
    }
  }
})

test('the secret of compose.yml is known to everyone', () => {
  assert.equal(isPublished('known-to-everyone-for-development-only'), true)
  assert.equal(isPublished(randomBytes(32).toString('hex')), false)
})
