/** API keys, and people who are disabled, over every edge. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKeyStore } from '../db/key-store.ts'
import { createPersonStore } from '../db/person-store.ts'
import type { Scope } from '../domain/scopes.ts'
import { addApiKey } from '../testing/add-api-key.ts'
import { eventually } from '../testing/deadline.ts'
import { openEdges } from '../testing/edges.ts'
import { openSocketAt } from '../testing/socket.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { newId, startTestService } from '../testing/test-service.ts'
import { createApiKey } from './api-keys.ts'

const service = await startTestService(
  {
    roles: ['document', 'ws'],
    settings: { auth: { mode: 'required' }, listen: { grpc: 0 }, limits: { principalRequests: 'off' } },
    overrides: { identities: { kept: 50, refresh: 10, stale: 50 } },
  },
  TEST_FILE,
)
const { pool } = service.database
const [people, keys] = [createPersonStore(pool), createKeyStore(pool)]
const edges = await openEdges(service, TEST_FILE)

function addKey({
  /** the owner of the document that the edges are asked about */
  email = 'ada@example.com',
  scopes = ['read', 'write'] as Scope[],
  expires = 60_000,
} = {}) {
  const expiresAt = new Date(Date.now() + expires).toISOString()
  return addApiKey(pool, email, scopes, expiresAt)
}

for (const [edge, reasonOf] of Object.entries(edges)) {
  test(`${edge} accepts a key until it is revoked`, async () => {
    const { id, text } = await addKey()
    assert.equal(await reasonOf(text), undefined)
    await keys.revoke(id)
    await eventually('the key to be refused', async () => /revoked/.test(String(await reasonOf(text))))
  })

  test(`${edge} refuses keys that are mistyped, unknown, expired, or another's secret`, async () => {
    const [one, other] = [await addKey(), await addKey()]
    const expired = await addKey({ expires: -1_000 })
    assert.match(String(await reasonOf(`${one.text.slice(0, -1)}~`)), /token|key/)
    assert.match(
      String(await reasonOf(one.text.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')))),
      /mistyped/,
    )
    assert.match(String(await reasonOf(createApiKey().text)), /unknown or revoked/)
    assert.match(String(await reasonOf(expired.text)), /expired/)
    assert.match(String(await reasonOf(`dk_${one.id}_${other.secret}`)), /mistyped/)
  })

  test(`${edge} refuses a key without the scope to read`, async () => {
    const { text } = await addKey({ scopes: ['write'] })
    assert.match(String(await reasonOf(text)), /lacks the scope read/)
  })

  test(`${edge} refuses the key and the token of a person who is disabled, until that ends`, async () => {
    const email = 'ada@example.com'
    const { text } = await addKey({ email })
    const token = service.token({ id: newId(), email: email.toUpperCase() })
    for (const credential of [text, token]) assert.equal(await reasonOf(credential), undefined)
    await people.setDisabled(email, true)
    for (const credential of [text, token])
      await eventually('it to be refused', async () => (await reasonOf(credential)) !== undefined)
    await people.setDisabled(email, false)
    for (const credential of [text, token])
      await eventually('it to be accepted', async () => (await reasonOf(credential)) === undefined)
  })
}

test('no token has the name of a key as its subject', async () => {
  const { id } = await addKey()
  const token = service.token({ id: `key:${id}` })
  for (const [edge, reasonOf] of Object.entries(edges))
    assert.match(String(await reasonOf(token)), /sub is the name of an API key/, edge)
})

test('a key changes something only with the scope write, and administers only with admin', async () => {
  const withKey = async (scopes: Scope[]) => ({ authorization: `Bearer ${(await addKey({ scopes })).text}` })
  const body = { title: 'By a key', content: 'x', created_by: 'ada@example.com' }
  const create = async (scopes: Scope[]) =>
    (await service.send('POST', '/documents', body, await withKey(scopes))).status
  assert.equal(await create(['read']), 403)
  assert.equal(await create(['read', 'write']), 201)
  const id = await service.rows.add()
  const broadcast = async (scopes: Scope[]) =>
    (await service.send('POST', `/broadcast/${id}`, { note: 'x' }, await withKey(scopes))).status
  assert.equal(await broadcast(['read', 'write']), 403)
  assert.equal(await broadcast(['admin']), 200)
})

test('open connections end when their key is revoked, also one that was opened by a ticket', async () => {
  const id = await service.rows.add()
  const { id: keyId, text } = await addKey()
  const ticket = (await service.send('POST', '/auth/ticket', undefined, { authorization: `Bearer ${text}` }))
    .body.ticket
  const sockets = [
    await service.connect(id, { token: text }),
    await openSocketAt(service.url, `/ws/${id}`, { ticket }),
  ]
  await keys.revoke(keyId)
  for (const socket of sockets) assert.equal((await socket.closed).code, 1008)
})
