import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DomainError, isProblem } from '../domain/errors.ts'
import { eventually } from '../testing/deadline.ts'
import { TOKEN_CASES, TOKEN_SETTINGS } from '../testing/token-cases.ts'
import { type AskedTokenLimits, createAskedTokens } from './asked-tokens.ts'
import { createTokens, type TokenSettings } from './tokens.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const USER = { id: 'u1', email: 'ada@example.com', admin: true, groups: ['ops'] }

/** A process without the secret, and the document role that it asks. */
function processOf(limits: Partial<AskedTokenLimits> = {}) {
  let now = NOW
  const clock = { now: () => new Date(now) }
  const tokensOf = (settings: Partial<TokenSettings> = {}) =>
    createTokens({ ...TOKEN_SETTINGS, ...settings }, clock)
  const role = { tokens: tokensOf(), isAway: false, asked: 0 }
  const source = {
    async verifyToken(token: string) {
      role.asked++
      await Promise.resolve()
      if (role.isAway) throw new DomainError('unavailable', 'away')
      return role.tokens.verify(token)
    },
    signToken: () => assert.fail('of a token'),
  }
  const asked = createAskedTokens(source, clock, { kept: 3_600_000, ...limits })
  return {
    role,
    verify: async (token: string) => asked.verify(token),
    tokensOf,
    isKnown: (token: string) => !(asked.verify(token) instanceof Promise),
    pass: (milliseconds: number) => (now += milliseconds),
  }
}
/** As if every answer were older than 20 s. */
const OLD = { kept: 0 }
const isAway = (error: unknown): boolean => isProblem(error, 'unavailable')

for (const { name, make, reason } of TOKEN_CASES) {
  test(`a process without the secret ${reason ? 'refuses' : 'accepts'} a token ${name}, with the same words`, async () => {
    const { role, verify } = processOf()
    const token = make(NOW / 1_000)
    const expected = await new Promise((resolve) => resolve(role.tokens.verify(token))).catch(String)
    for (const _ of [1, 2]) assert.deepEqual(await verify(token).catch(String), expected)
    assert.ok(role.asked <= 1, 'the second time it was known')
  })
}

test('a wrong header, and what is no JWT, is refused without asking', async () => {
  const { role, verify } = processOf()
  for (const token of [
    'a.b.c',
    'eyJhbGciOiJub25lIn0.e30.',
    'eyJhbGciOiJIUzI1NiJ9.e30.',
    'eyJhbGciOiJIUzI1NiJ9',
  ])
    await assert.rejects(verify(token), (error) => isProblem(error, 'unauthenticated'))
  assert.equal(role.asked, 0)
})

test('many requests with a token ask once, and each gets a user of its own', async () => {
  const { role, verify, isKnown } = processOf()
  const token = role.tokens.sign(USER)
  const found = await Promise.all([verify(token), verify(token)])
  found.push(await verify(token))
  assert.equal(role.asked, 1)
  assert.equal(isKnown(token), true)
  assert.deepEqual(found[0], { user: { kind: 'user', ...USER }, expiresAt: NOW + 3_600_000 })
  assert.deepEqual(found[1], found[0])
  assert.equal(new Set(found.map(({ user }) => user)).size, 3)
})

test('answers are asked for again when they are too old, and then a removed secret counts no more', async () => {
  const { role, verify, tokensOf } = processOf({ kept: 1 })
  const token = role.tokens.sign(USER)
  await verify(token)
  role.tokens = tokensOf({ secret: 'another secret of a test, 32 bytes long' })
  await eventually('a refusal', () =>
    verify(token).then(
      () => false,
      (error) => isProblem(error, 'unauthenticated'),
    ),
  )
  role.tokens = tokensOf()
  await eventually('that it counts again', () =>
    verify(token).then(
      () => true,
      () => false,
    ),
  )
})

test('while the document role is away a verified token counts until it expires; others are neither accepted nor refused', async () => {
  const { role, verify, pass } = processOf(OLD)
  const [token, other] = [role.tokens.sign(USER), role.tokens.sign({ ...USER, id: 'u2' })]
  const forged = token.slice(0, -4) + 'AAAA'
  await verify(token)
  await assert.rejects(verify(forged), (error) => isProblem(error, 'unauthenticated'))
  role.isAway = true
  assert.equal((await verify(token)).user.id, 'u1')
  await assert.rejects(verify(other), isAway)
  // It is asked about a verified token once in 5 s only.
  const { asked } = role
  for (let n = 0; n < 10; n++) await verify(token)
  assert.equal(role.asked, asked)
  pass(3_600_000)
  await assert.rejects(verify(token), isAway)
  role.isAway = false
  // By the leeway of clocks.
  assert.equal((await verify(token)).expiresAt, NOW + 3_660_000)
  pass(61_000)
  await assert.rejects(verify(token), /expired/)
})

test('a refusal is no verified token while the document role is away', async () => {
  const { role, verify } = processOf({ kept: 1 })
  const forged = role.tokens.sign(USER).slice(0, -4) + 'AAAA'
  await assert.rejects(verify(forged), (error) => isProblem(error, 'unauthenticated'))
  role.isAway = true
  await eventually('that nothing is known of it', () => verify(forged).then(() => false, isAway))
})

test('made-up tokens push no verified one out', async () => {
  const { role, verify, isKnown } = processOf({ kept: 3_600_000, verified: 10, refused: 10 })
  const token = role.tokens.sign(USER)
  await verify(token)
  for (let n = 0; n < 100; n++)
    await verify(`${token.slice(0, -6)}${String(n).padStart(6, '0')}`).catch(() => {})
  assert.equal(isKnown(token), true)
})

test('while a secret is replaced in three steps, tokens are accepted whichever process of the document role answers', async () => {
  const { role, verify, tokensOf } = processOf(OLD)
  const [before, after] = [TOKEN_SETTINGS.secret, 'another secret of a test, 32 bytes long']
  const steps = [
    { secret: before },
    { secret: before, secondSecret: after },
    { secret: after, secondSecret: before },
    { secret: after },
  ].map(tokensOf)
  for (const [step, one] of steps.entries())
    for (const other of steps.slice(Math.max(0, step - 1), step + 2)) {
      role.tokens = other
      assert.equal((await verify(one.sign(USER))).user.id, 'u1')
    }
})
