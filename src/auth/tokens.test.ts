import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_GROUPS } from '../domain/access.ts'
import { isProblem } from '../domain/errors.ts'
import { TOKEN_CASES, TOKEN_SETTINGS } from '../testing/token-cases.ts'
import { createTicketSeal } from './ticket-seal.ts'
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
  assert.equal(tokens.verify(at(NOW / 1000 - 59)).expiresAt, NOW + 1_000)
  assert.throws(() => tokens.verify(at(NOW / 1000 - 60)), /expired/)
})

test('a secret needs 32 bytes', () => {
  assert.throws(() => createTokens({ ...TOKEN_SETTINGS, secret: 'x'.repeat(31) }, { now: () => new Date() }))
})

test('while a secret is replaced in three steps, the processes of two neighbouring steps accept each other', () => {
  const [before, after] = [TOKEN_SETTINGS.secret, 'another secret of a test, 32 bytes long']
  const steps = [
    { secret: before },
    { secret: before, secondSecret: after },
    { secret: after, secondSecret: before },
    { secret: after },
  ].map((secrets) => {
    const clock = { now: () => new Date(NOW) }
    const settings = { ...TOKEN_SETTINGS, ...secrets }
    const tokens = createTokens(settings, clock)
    return {
      tokens,
      seal: createTicketSeal(tokens.deriveKeys('tickets')),
    }
  })
  const user = { kind: 'user', id: 'u1', email: 'ada@example.com', admin: true } as const
  steps.forEach((one, step) => {
    for (const other of [one, steps[step + 1], steps[step - 1]]) {
      if (!other) continue
      assert.deepEqual(other.tokens.verify(one.tokens.sign(user)).user, user)
      assert.equal(other.seal.isGenuine(one.seal.create()), true)
    }
  })
  const [first, , , last] = steps
  assert.throws(() => last!.tokens.verify(first!.tokens.sign(user)), /its signature does not match/)
  assert.equal(last!.seal.isGenuine(first!.seal.create()), false)
})

test('the claim groups has the names of groups, each once, in order', () => {
  const make = (groups: unknown) => TOKEN_CASES[0]!.make(NOW / 1000, { groups })
  assert.deepEqual(tokens.verify(make(['ops', 'Legal', 'ops'])).user.groups, ['Legal', 'ops'])
  assert.equal('groups' in tokens.verify(make([])).user, false)
  for (const wrong of ['ops', [1], [''], ['a\nb'], Array.from({ length: MAX_GROUPS + 1 }, String)])
    assert.throws(() => tokens.verify(make(wrong)), /groups is not valid/)
})
