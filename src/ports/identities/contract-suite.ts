import assert from 'node:assert/strict'
import { test as nodeTest } from 'node:test'
import type { Pool } from 'pg'
import { sha256Of } from '../../auth/api-keys.ts'
import { createKeyStore } from '../../db/key-store.ts'
import { createPersonStore, type PersonStore } from '../../db/person-store.ts'
import { createSessionStore } from '../../db/session-store.ts'
import { isProblem } from '../../domain/errors.ts'
import { createUuidV7 } from '../../runtime/ids.ts'
import { addApiKey } from '../../testing/add-api-key.ts'
import { appTokens } from '../../testing/test-app.ts'
import { sharedByTests } from '../../testing/test-file.ts'
import type { Identities } from './port.ts'

export interface IdentitiesUnderTest {
  identities: Identities
  /** of `appTokens`, and of the database that the document role has */
  pool: Pool
  stop(): Promise<void>
}

const newId = createUuidV7()

/** What every adapter of the port `identities` does. */
export function identitiesContractSuite(adapter: string, open: () => Promise<IdentitiesUnderTest>): void {
  const opened = sharedByTests(async () => {
    const { pool, ...rest } = await open()
    const [people, keys] = [createPersonStore(pool), createKeyStore(pool)]
    const addKey = (email: string, expiresAt: string | null = null) =>
      addApiKey(pool, email, ['read', 'admin'], expiresAt)
    return { ...rest, pool, people, keys, addKey }
  })
  type Subject = Awaited<ReturnType<typeof opened>>
  const test = (rule: string, body: (subject: Subject) => Promise<void>): void =>
    void nodeTest(`identities by ${adapter}: ${rule}`, async () => body(await opened()))

  test('a key is found with whom it acts for', async ({ identities, addKey }) => {
    const { id, secret } = await addKey('ada@example.com')
    const common = { secretSha256: sha256Of(secret), email: 'ada@example.com', scopes: ['read', 'admin'] }
    assert.deepEqual(await identities.findKey(id, undefined), { ...common, expiresAt: Infinity })
    const until = await addKey('ada@example.com', '2027-01-01T00:00:00Z')
    const found = await identities.findKey(until.id, undefined)
    assert.equal(found?.expiresAt, Date.parse('2027-01-01T00:00:00Z'))
    assert.equal(await identities.findKey('000000000000', undefined), undefined)
  })

  test('only a use with the right secret counts as one', async ({ identities, keys, addKey }) => {
    const { id, secret } = await addKey('use@example.com')
    const lastUse = async () => (await keys.list()).find((key) => key.id === id)!.last_used_at
    await identities.findKey(id, undefined)
    await identities.findKey(id, sha256Of('other'))
    assert.equal(await lastUse(), null)
    await identities.findKey(id, sha256Of(secret))
    assert.match((await lastUse())!, /T\d\d:\d\d:00Z$/)
  })

  test('a revoked key is not found, and one of a disabled person neither', async (subject) => {
    const { identities, keys, people, addKey } = subject
    const [revoked, disabled] = [await addKey('bob@example.com'), await addKey('eve@example.com')]
    assert.equal(await keys.revoke(revoked.id), true)
    assert.equal(await keys.revoke('000000000000'), false)
    assert.equal(await people.setDisabled('EVE@example.com', true), 1)
    assert.equal(await identities.findKey(revoked.id, undefined), undefined)
    assert.equal(await identities.findKey(disabled.id, undefined), undefined)
    await people.setDisabled('eve@example.com', false)
    assert.notEqual(await identities.findKey(disabled.id, undefined), undefined)
  })

  test('a session is found until it has ended, was idle too long, or its person is disabled', checkSessions)

  test('a token is verified with all that it says, or refused with the reason', checkTokens)

  test('a token that is signed for a client has no rights', async ({ identities }) => {
    const token = await identities.signToken({ id: 'u1', email: 'ada@example.com' })
    const user = { kind: 'user', id: 'u1', email: 'ada@example.com', admin: false }
    assert.deepEqual(appTokens.verify(token).user, user)
  })

  test('disabled people are listed, and an address only where nobody else has it', checkDisabled)
}

async function checkSessions({
  identities,
  people,
  pool,
}: Pick<IdentitiesUnderTest, 'identities' | 'pool'> & { people: PersonStore }): Promise<void> {
  const sessions = createSessionStore(pool)
  const roles = { admin: true, auditor: true }
  const { id: personId, email } = await people.put(newId(), 'session@example.com', roles)
  await pool.query(`update people.people set groups = '{Legal,ops}' where id = $1`, [personId])
  const add = async (cookieSha256: string, expiresAt: string): Promise<void> =>
    sessions.add({ cookieSha256, personId, expiresAt, agent: null })
  const expiresAt = new Date(Date.now() + 60_000).toISOString()
  await add('valid', expiresAt)
  await add('over', new Date(Date.now() - 1_000).toISOString())
  await add('idle', expiresAt)
  await pool.query(
    `update people.sessions set seen_at = now() - interval '12 hours 1 minute' where cookie_sha256 = 'idle'`,
  )
  const found = { id: personId, email, ...roles, groups: ['Legal', 'ops'], expiresAt: Date.parse(expiresAt) }
  for (const used of [true, false]) assert.deepEqual(await identities.findSession('valid', used), found)
  for (const other of ['over', 'idle', 'unknown'])
    assert.equal(await identities.findSession(other, true), undefined)
  await people.setDisabled(email, true)
  assert.equal(await identities.findSession('valid', true), undefined)
}

async function checkTokens({ identities }: Pick<IdentitiesUnderTest, 'identities'>): Promise<void> {
  const user = { id: 'u1', email: 'ada@example.com', admin: true, auditor: true, groups: ['Legal', 'ops'] }
  const token = appTokens.sign(user)
  const verified = { user: { kind: 'user', ...user }, expiresAt: appTokens.verify(token).expiresAt }
  assert.deepEqual(await identities.verifyToken(token), verified)
  const plain = appTokens.sign({ id: 'u2', email: 'bob@example.com', admin: false })
  assert.deepEqual(await identities.verifyToken(plain), appTokens.verify(plain))
  for (const [wrong, reason] of [
    [`${token.slice(0, -4)}AAAA`, /the token is not accepted: its signature does not match$/],
    ['a.b.c', /^the token is not accepted: its header is not JSON/],
  ] as const)
    await assert.rejects(
      identities.verifyToken(wrong),
      (error) => isProblem(error, 'unauthenticated') && reason.test(error.message),
    )
}

async function checkDisabled({
  identities,
  people,
}: Pick<IdentitiesUnderTest, 'identities'> & { people: PersonStore }): Promise<void> {
  const { id } = await people.put(newId(), 'Zoe@example.com')
  await people.setDisabled('zoe@example.com', true)
  const { ids, emails } = await identities.listDisabled()
  assert.equal(ids.has(id), true)
  assert.equal(emails.has('zoe@example.com'), true)
  await people.setDisabled('zoe@example.com', false)
  const after = await identities.listDisabled()
  assert.equal(after.ids.has(id) || after.emails.has('zoe@example.com'), false)
}
