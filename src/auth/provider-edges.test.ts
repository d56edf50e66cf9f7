/** Tokens of an identity provider, and attacks on them, over every edge. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPersonStore } from '../db/person-store.ts'
import { eventually } from '../testing/deadline.ts'
import { openEdges } from '../testing/edges.ts'
import { CLIENT, startIdentityProvider } from '../testing/identity-provider.ts'
import {
  PROVIDER_AUDIENCE,
  PROVIDER_KEYS,
  PROVIDER_TOKEN_CASES,
  providerClaims,
  signProviderToken,
} from '../testing/provider-token-cases.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { newId, startTestService } from '../testing/test-service.ts'
import { TOKEN_CASES, TOKEN_SETTINGS } from '../testing/token-cases.ts'

const idp = await startIdentityProvider('http://127.0.0.1:9', TEST_FILE)
idp.setKeys([...PROVIDER_KEYS])
const { issuer } = idp
const oidc = { issuer, clientId: CLIENT.id, audience: PROVIDER_AUDIENCE, adminGroups: ['ops'] }
const service = await startTestService(
  {
    roles: ['document', 'ws'],
    settings: {
      auth: { mode: 'required', secret: TOKEN_SETTINGS.secret, oidc },
      listen: { grpc: 0 },
      limits: { principalRequests: 'off', addressRequests: 'off' },
    },
    overrides: { identities: { kept: 50, refresh: 10, stale: 50 } },
  },
  TEST_FILE,
)
const edges = await openEdges(service, TEST_FILE)
const seconds = (): number => Math.floor(Date.now() / 1_000)
const tokenOf = (change: object): string =>
  signProviderToken(PROVIDER_KEYS[0], providerClaims(issuer, seconds(), change))

for (const [edge, reasonOf] of Object.entries(edges)) {
  test(`${edge} accepts and refuses the same tokens of the provider as the others, with the reason`, async () => {
    for (const { name, make, reason } of PROVIDER_TOKEN_CASES) {
      const answer = await reasonOf(make(issuer, seconds()))
      if (reason) assert.match(String(answer), reason, name)
      else assert.equal(answer, undefined, name)
      assert.doesNotMatch(String(answer), /ada@example/, name)
    }
  })

  test(`${edge} goes on to accept and refuse docmgr's own tokens`, async () => {
    // With an algorithm of the provider, its keys decide.
    for (const { name, make, reason } of TOKEN_CASES) {
      const answer = await reasonOf(make(seconds()))
      if (reason) assert.notEqual(answer, undefined, name)
      else assert.equal(answer, undefined, name)
    }
  })

  test(`${edge} refuses the token of someone whom the provider has, and who is disabled here`, async () => {
    const people = createPersonStore(service.database.pool)
    const [subject, email] = [newId(), 'moved@example.com']
    const described = { issuer, subject, email, name: null, groups: [], admin: undefined }
    await people.putOfProvider(newId(), described)
    // The address of the token is one that nobody disabled.
    const token = tokenOf({ sub: subject })
    assert.equal(await reasonOf(token), undefined)
    await people.setDisabled(email, true)
    await eventually('it to be refused', async () => /disabled/.test(String(await reasonOf(token))))
    await people.setDisabled(email, false)
    await eventually('it to be accepted', async () => (await reasonOf(token)) === undefined)
  })
}

test('all tokens with unknown keys together have the keys read once', async () => {
  const before = idp.keyRequests()
  const unknown = PROVIDER_TOKEN_CASES.find(({ name }) => name === 'of an unknown key')!
  await Promise.all(Array.from({ length: 50 }, () => edges.REST(unknown.make(issuer, seconds()))))
  // None where the keys were read in the last 30 s, as on a machine that is not busy.
  const more = idp.keyRequests() - before
  assert.ok(more <= 1, `${more} requests`)
})

test('the settings say who administers, no claim of the token does', async () => {
  const id = await service.rows.add()
  const statusOf = async (change: object) =>
    (
      await service.send(
        'POST',
        `/broadcast/${id}`,
        { note: 'x' },
        { authorization: `Bearer ${tokenOf(change)}` },
      )
    ).status
  assert.equal(await statusOf({ groups: ['ops'] }), 200)
  for (const change of [{}, { admin: true }, { groups: ['dev'] }, { groups: 'opsx' }, { roles: ['admin'] }])
    assert.equal(await statusOf(change), 403, JSON.stringify(change))
})

test('the user is issuer and subject, with the groups of the token', async () => {
  const { body } = await service.get('/auth/session', { authorization: `Bearer ${tokenOf({})}` })
  assert.deepEqual(body.user, { id: `${issuer}|ada-1`, email: 'ada@example.com', admin: false })
  const owner = { authorization: `Bearer ${service.token({ admin: true })}` }
  const id = await service.rows.add()
  await service.send('PUT', `/documents/${id}/access/group:Legal`, { role: 'reader' }, owner)
  const read = async (change: object) =>
    (await service.get(`/documents/${id}`, { authorization: `Bearer ${tokenOf(change)}` })).status
  const eve = { sub: 'eve-1', email: 'eve@example.com' }
  assert.equal(await read(eve), 404)
  assert.equal(await read({ ...eve, groups: ['Legal'] }), 200)
})
