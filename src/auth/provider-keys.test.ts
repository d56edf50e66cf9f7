/** How the keys of a real identity provider are read, kept and read again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { isProblem } from '../domain/errors.ts'
import { systemClock } from '../runtime/clock.ts'
import { silentLogger } from '../runtime/logger.ts'
import { awayPort } from '../testing/away-server.ts'
import { eventually } from '../testing/deadline.ts'
import { newKey, startIdentityProvider, type ProviderKey } from '../testing/identity-provider.ts'
import { PROVIDER_AUDIENCE, providerClaims, signProviderToken } from '../testing/provider-token-cases.ts'
import type { Undo } from '../testing/undoing.ts'
import { createProviderKeys, type KeyTimes } from './provider-keys.ts'
import { createProviderTokens } from './provider-tokens.ts'

function tokensOf(issuer: string, times: Partial<KeyTimes>) {
  const keyOf = createProviderKeys(issuer, { timeout: 5_000, ...times }, silentLogger)
  const rules = { groupsClaim: 'groups', adminGroups: [], admins: [] }
  const settings = { issuer, audience: PROVIDER_AUDIENCE, maxLifetime: 86_400, ...rules }
  const tokens = createProviderTokens(settings, keyOf, systemClock)
  const verify = (key: ProviderKey) =>
    tokens.verify(signProviderToken(key, providerClaims(issuer, Math.floor(Date.now() / 1_000))))
  return {
    accepts: (key: ProviderKey) =>
      verify(key).then(
        () => true,
        (error: unknown) => {
          if (isProblem(error, 'unauthenticated')) return false
          throw error
        },
      ),
    verify,
  }
}

async function start(t: Undo, times: Partial<KeyTimes>) {
  const idp = await startIdentityProvider('http://127.0.0.1:9', t)
  const [one, two] = [newKey('one', 'ES256'), newKey('two', 'ES256')]
  idp.setKeys([newKey('rsa'), one])
  return { idp, one, two, ...tokensOf(idp.issuer, times) }
}

test('a token of a new key is accepted once the pause is over, and one of a removed key refused', async (t) => {
  const { idp, one, two, accepts } = await start(t, { pause: 50 })
  assert.equal(await accepts(one), true)
  assert.equal(await accepts(two), false)
  idp.setKeys([newKey('rsa'), two])
  await eventually('the new key', () => accepts(two))
  assert.equal(await accepts(one), false)
})

test('keys are read again when they are old: a removed one is refused then, though nobody sends a new one', async (t) => {
  const { idp, one, two, accepts } = await start(t, { fresh: 50, pause: 20 })
  assert.equal(await accepts(one), true)
  idp.setKeys([newKey('rsa'), two])
  await eventually('the removed key to be refused', async () => !(await accepts(one)))
})

test('keys are asked for once, whatever tokens come', async (t) => {
  const { idp, one, two, accepts } = await start(t, {})
  const all = await Promise.all(Array.from({ length: 100 }, (_, n) => accepts(n % 2 === 0 ? one : two)))
  assert.deepEqual([...new Set(all.filter((_, n) => n % 2 === 0))], [true])
  assert.deepEqual([...new Set(all.filter((_, n) => n % 2 === 1))], [false])
  assert.equal(idp.keyRequests(), 1)
})

test('while the provider is away its known keys count, for a while', async (t) => {
  const { idp, one, accepts, verify } = await start(t, { fresh: 20, pause: 20, stale: 4_000, timeout: 200 })
  assert.equal(await accepts(one), true)
  const begun = performance.now()
  await idp.stop()
  await delay(40)
  if (performance.now() - begun < 2_000) assert.equal(await accepts(one), true)
  await eventually('the keys to be too old', () =>
    verify(one).then(
      () => false,
      (error: unknown) => isProblem(error, 'unavailable'),
    ),
  )
})

/** long enough that a busy machine is not taken for a second wait */
const TIMEOUT_MS = 3_000

for (const way of ['refused', 'silent', 'closing'] as const) {
  test(`a provider that is away at the first token (${way}) makes it wait no longer than the deadline`, async (t) => {
    const issuer = `http://127.0.0.1:${await awayPort(t, way)}`
    const { verify } = tokensOf(issuer, { timeout: TIMEOUT_MS })
    await assert.rejects(verify(newKey('one', 'ES256')), (error) => isProblem(error, 'unavailable'))
    // Nobody waits again before the pause is over.
    const begun = performance.now()
    await assert.rejects(verify(newKey('one', 'ES256')), (error) => isProblem(error, 'unavailable'))
    assert.ok(performance.now() - begun < TIMEOUT_MS / 2)
  })
}
