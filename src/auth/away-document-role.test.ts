/** Tokens at a process of the ws role, which has no secret, while the document role answers and while it is away. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPersonStore } from '../db/person-store.ts'
import { eventually } from '../testing/deadline.ts'
import { openTestDatabase } from '../testing/database.ts'
import { serviceKeyOf } from '../testing/service-keys.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { newId, startTestService } from '../testing/test-service.ts'
import type { Undo } from '../testing/undoing.ts'

const database = await openTestDatabase(TEST_FILE)

/** Both roles, each a service of its own. */
async function startRoles(mode: 'open' | 'required', t: Undo) {
  const settings = { auth: { mode }, listen: { grpc: 0 } }
  const document = await startTestService({ roles: ['document'], database, settings }, t)
  const ws = await startTestService(
    {
      roles: ['ws'],
      database,
      settings: {
        auth: { mode, secret: undefined, services: { key: serviceKeyOf('ws') } },
        documents: { url: `grpc://${document.grpc}`, timeout: 2_000 },
      },
      // Who is disabled is asked at each request.
      overrides: { identities: { refresh: 0, stale: 0, retry: 0 } },
    },
    t,
  )
  const headersOf = (token: string) => ({ authorization: `Bearer ${token}` })
  const askForTicket = async (token: string) => ws.send('POST', '/auth/ticket', undefined, headersOf(token))
  return { document, ws, askForTicket }
}

test('a token is accepted by the ws role until its person is disabled', async (t) => {
  const { document, askForTicket } = await startRoles('required', t)
  const people = createPersonStore(database.pool)
  const { id, email } = await people.put(newId(), 'bob@example.com')
  const token = document.token({ id, email })
  assert.equal((await askForTicket(token)).status, 201)
  assert.equal((await askForTicket(token)).status, 201)
  await people.setDisabled(email, true)
  const refused = await askForTicket(token)
  assert.equal(refused.status, 401)
  assert.match(refused.body.detail, /its person is disabled/)
  await people.setDisabled(email, false)
  assert.equal((await askForTicket(token)).status, 201)
})

test('while the document role is away, a token that it has verified counts, and another one is 503', async (t) => {
  const { document, askForTicket } = await startRoles('required', t)
  const [token, other] = [document.token(), document.token({ id: 'eve', email: 'eve@example.com' })]
  assert.equal((await askForTicket(token)).status, 201)
  await document.stop()
  assert.equal((await askForTicket(token)).status, 201)
  const answer = await askForTicket(other)
  assert.equal(answer.status, 503)
  assert.equal(answer.body.type, 'urn:docmgr:problem:unavailable')
  assert.equal((await askForTicket('a.b.c')).status, 401, 'what nobody needs to ask about')
})

test('in open mode GET /auth/token of the ws role gives a token that every role accepts, while the document role answers', async (t) => {
  const { document, ws } = await startRoles('open', t)
  const path = '/auth/token?user_id=bob&email=bob@example.com'
  const { status, body } = await ws.get(path)
  assert.equal(status, 200)
  const headers = { authorization: `Bearer ${body.access_token}` }
  assert.equal((await document.get('/documents', headers)).status, 200)
  assert.equal((await ws.send('POST', '/auth/ticket', undefined, headers)).status, 201)
  await document.stop()
  await eventually('a failure that passes', async () => (await ws.get(path)).status === 503)
})
