import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DomainError, isProblem } from '../domain/errors.ts'
import { silentLogger } from '../runtime/logger.ts'
import { eventually } from '../testing/deadline.ts'
import type { FoundKey, IdentitySource } from './identity-source.ts'
import { createKnownIdentities } from './known-identities.ts'

const KEY: FoundKey = { secretSha256: 'x', email: 'ada@example.com', scopes: ['read'], expiresAt: Infinity }
const NONE = { ids: new Set<string>(), emails: new Set<string>() }
const ADA = { id: 'ada', email: 'Ada@example.com' }

/** A source that counts what it is asked. */
function sourceOf(changes: Partial<IdentitySource> = {}) {
  const asked: string[] = []
  const source: IdentitySource = {
    async findKey(id) {
      asked.push(id)
      return id === 'known' ? KEY : undefined
    },
    findSession: async () => undefined,
    verifyToken: () => assert.fail('of a token'),
    signToken: () => assert.fail('of a token'),
    async listDisabled() {
      asked.push('disabled')
      return NONE
    },
    ...changes,
  }
  return { source, asked }
}

test('many requests with a key ask once, also for a key that is unknown', async () => {
  const { source, asked } = sourceOf()
  const known = createKnownIdentities(source, silentLogger)
  const found = await Promise.all([known.key('known'), known.key('known'), known.key('other')])
  assert.deepEqual(found, [KEY, KEY, undefined])
  assert.equal(known.key('known'), KEY)
  assert.equal(known.key('other'), undefined)
  assert.deepEqual(asked, ['known', 'other'])
})

test('a key that is forgotten is asked for again, also while it is asked for', async () => {
  const { source, asked } = sourceOf()
  const known = createKnownIdentities(source, silentLogger)
  const asking = known.key('known')
  known.forgetKey('known')
  assert.equal(await asking, KEY)
  await known.key('known')
  known.forgetKey('known')
  await known.key('known')
  assert.equal(asked.length, 3)
})

test('a key is asked for again when the answer is too old', async () => {
  const { source, asked } = sourceOf()
  const known = createKnownIdentities(source, silentLogger, { kept: 1 })
  await eventually('a second question', async () => {
    await known.key('known')
    return asked.length > 1
  })
})

test('a key that cannot be checked now is neither accepted nor refused, and is asked for again', async () => {
  let isAway = true
  const findKey: IdentitySource['findKey'] = async () => {
    if (isAway) throw new DomainError('unavailable', 'away')
    return KEY
  }
  const known = createKnownIdentities(sourceOf({ findKey }).source, silentLogger)
  await assert.rejects(
    async () => known.key('known'),
    (error) => isProblem(error, 'unavailable'),
  )
  isAway = false
  assert.equal(await known.key('known'), KEY)
})

test('a disabled person is known by id and by address in any case, and nobody waits for a list that is new', async () => {
  const disabled = { ids: new Set(['bob']), emails: new Set(['ada@example.com']) }
  const { source } = sourceOf({ listDisabled: async () => disabled })
  const known = createKnownIdentities(source, silentLogger)
  assert.equal(await known.isDisabled(ADA), true)
  assert.equal(known.isDisabled({ id: 'bob', email: 'other@example.com' }), true)
  assert.equal(known.isDisabled({ id: 'eve', email: 'eve@example.com' }), false)
})

test('while the list cannot be read, what was known last counts', async () => {
  let calls = 0
  const listDisabled: IdentitySource['listDisabled'] = async () => {
    if (++calls > 1) throw new DomainError('unavailable', 'away')
    return { ids: new Set(['ada']), emails: new Set() }
  }
  const times = { refresh: 0, stale: 0, retry: 0 }
  const known = createKnownIdentities(sourceOf({ listDisabled }).source, silentLogger, times)
  for (let n = 0; n < 3; n++) assert.equal(await known.isDisabled(ADA), true)
  assert.equal(calls, 3)
})
