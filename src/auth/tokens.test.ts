import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProblem } from '../domain/errors.ts'
import { TOKEN_CASES, TOKEN_SETTINGS } from '../testing/token-cases.ts'
import { createTokens } from './tokens.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const tokens = createTokens(TOKEN_SETTINGS, { now: () => new Date(NOW) })

for (const { name, make, reason } of TOKEN_CASES) {
  test(`a token ${name} is ${reason ? 'refused' : 'accepted'}`, () => {
    const token = make(NOW / 1000)
    if (!reason) {
      assert.equal(tokens.verify(token).user.id, 'u1')
      return
    }
    assert.throws(
      () => tokens.verify(token),
      (error) => isProblem(error, 'unauthenticated') && reason.test(error.message),
    )
  })
}

test('a connection may last until the token expires, or until the end of the leeway it needed', () => {
  const at = (exp: number) => TOKEN_CASES[0]!.make(NOW / 1000, { exp })
  assert.equal(tokens.verify(at(NOW / 1000 + 5)).expiresAt, NOW + 5_000)
  assert.equal(tokens.verify(at(NOW / 1000 - 5)).expiresAt, NOW + 55_000)
})

test('a secret needs 32 bytes', () => {
  assert.throws(() => createTokens({ ...TOKEN_SETTINGS, secret: 'x'.repeat(31) }, { now: () => new Date() }))
})
