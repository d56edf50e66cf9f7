/** How people log in, and what their cookie may do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { createLoginLink } from '../../app/login-link.ts'
import { createPersonStore } from '../../db/person-store.ts'
import { eventually, within } from '../../testing/deadline.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { newId, startTestService } from '../../testing/test-service.ts'

const service = await startTestService(
  {
    roles: ['document', 'ws'],
    settings: { auth: { mode: 'required' } },
    overrides: { identities: { kept: 50, refresh: 10, stale: 50 } },
  },
  TEST_FILE,
)
const { pool } = service.database
const { url } = service
const OWN_PAGE = { 'sec-fetch-site': 'same-origin', origin: url }

const newLink = async (email: string, admin = false): Promise<string> => {
  const link = await createLoginLink({ pool, newId, page: `${url}/login` }, { email, admin })
  return new URL(link).hash.slice(1)
}
const logIn = (link: string, headers: Record<string, string> = OWN_PAGE) =>
  service.send('POST', '/auth/session', { link }, headers)

/** @returns the header Cookie of a new session */
async function newSession(email = 'ada@example.com'): Promise<string> {
  const { status, headers } = await logIn(await newLink(email))
  assert.equal(status, 201)
  return headers.get('set-cookie')!.split(';')[0]!
}
const statusWith = async (cookie: string): Promise<number> =>
  (await service.get('/documents', { cookie })).status

test('a link logs in once, with a cookie that no script reads and no other site sends', async () => {
  const link = await newLink('ada@example.com', true)
  const { status, headers, body } = await logIn(link)
  assert.equal(status, 201)
  assert.deepEqual([body.user.email, body.user.admin], ['ada@example.com', true])
  assert.match(
    headers.get('set-cookie')!,
    /^__Host-docmgr=[\w-]{43}; Path=\/; Max-Age=604800; Secure; HttpOnly; SameSite=Lax$/,
  )
  const again = await logIn(link)
  assert.equal(again.status, 401)
  assert.equal(again.headers.get('set-cookie'), null)
})

test('a link that was never made, or is too old, logs nobody in', async () => {
  assert.equal((await logIn('x'.repeat(43))).status, 401)
  assert.equal((await logIn('short')).status, 422)
  const link = await newLink('old@example.com')
  await pool.query(
    `update people.login_links set expires_at = now() - interval '1 second' where used_at is null`,
  )
  assert.equal((await logIn(link)).status, 401)
})

test('a session reads and changes, and says whose it is; without one nobody is known', async () => {
  const cookie = await newSession()
  assert.equal(await statusWith(cookie), 200)
  assert.equal(await statusWith(`theme=dark; ${cookie}; other=1`), 200)
  assert.equal(await statusWith('__Host-docmgr=x'), 401)
  const create = await service.send(
    'POST',
    '/documents',
    { title: 'By a person', content: 'x' },
    { cookie, ...OWN_PAGE },
  )
  assert.deepEqual([create.status, create.body.created_by], [201, 'ada@example.com'])
  const { body } = await service.get('/auth/session', { cookie })
  assert.deepEqual([body.mode, body.user.email], ['required', 'ada@example.com'])
  assert.equal((await service.get('/auth/session')).body.user, null)
  assert.equal((await service.get('/auth/session', { authorization: 'Bearer x.y.z' })).status, 401)
})

test('a page of another site cannot act with the session of who looks at it', async () => {
  const cookie = await newSession()
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: url },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ]
  for (const headers of foreign) {
    const create = await service.send(
      'POST',
      '/documents',
      { title: 'x', content: 'x' },
      { cookie, ...headers },
    )
    assert.equal(create.status, 403, JSON.stringify(headers))
    assert.equal(
      (await service.send('DELETE', '/auth/session', undefined, { cookie, ...headers })).status,
      403,
    )
    assert.equal((await logIn(await newLink('eve@example.com'), headers)).status, 403)
  }
  assert.equal(await statusWith(cookie), 200)
})

test('nobody is logged in where the browser would not keep the cookie', async () => {
  const { port } = new URL(url)
  const host = `docs.example.com:${port}`
  const response = await within(
    10_000,
    'an answer',
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      import('node:http').then(async ({ request }) => {
        const body = JSON.stringify({ link: await newLink('ada@example.com') })
        const headers = { host, origin: `http://${host}`, 'content-type': 'application/json' }
        request({ port, method: 'POST', path: '/auth/session', headers }, (answer) => {
          let text = ''
          answer.on('data', (chunk) => (text += String(chunk)))
          answer.on('end', () => resolve({ status: answer.statusCode!, text }))
        })
          .on('error', reject)
          .end(body)
      }, reject)
    }),
  )
  assert.equal(response.status, 403)
  assert.match(response.text, /open the page by https/)
})

test('logging out ends the session at once, and may be repeated', async () => {
  const cookie = await newSession()
  for (let n = 0; n < 2; n++) {
    const { status, headers } = await service.send('DELETE', '/auth/session', undefined, {
      cookie,
      ...OWN_PAGE,
    })
    assert.equal(status, 204)
    assert.match(headers.get('set-cookie')!, /^__Host-docmgr=; .*Max-Age=0/)
  }
  assert.equal(await statusWith(cookie), 401)
})

test('who is disabled is logged out, and no link logs them in', async () => {
  const cookie = await newSession('bob@example.com')
  const link = await newLink('bob@example.com')
  await createPersonStore(pool).setDisabled('bob@example.com', true)
  await eventually('the session to end', async () => (await statusWith(cookie)) === 401)
  assert.equal((await logIn(link)).status, 401)
})

test('the cookie opens WebSockets and event streams of pages of the service itself, which end with the session', async () => {
  const [cookie, id] = [await newSession('ada@example.com'), await service.rows.add()]
  const stream = await service.request('GET', `/documents/${id}/events`, undefined, { cookie })
  assert.equal(stream.status, 200)
  await stream.body!.cancel()
  const connect = (headers: Record<string, string>) =>
    within(
      30_000,
      'the socket',
      new Promise<number | WebSocket>((resolve) => {
        const ws = new WebSocket(`${url.replace('http', 'ws')}/ws/${id}`, { headers: { cookie, ...headers } })
        ws.on('message', () => resolve(ws))
        ws.on('close', (code) => resolve(code))
        ws.on('unexpected-response', (_, { statusCode }) => resolve(statusCode!))
      }),
    )
  assert.equal(await connect({ origin: 'https://evil.example' }), 403)
  assert.equal(await connect({ 'sec-fetch-site': 'same-site', origin: url }), 403)
  const ws = await connect({ origin: url })
  assert.ok(ws instanceof WebSocket)
  const closed = new Promise<number>((resolve) => ws.on('close', resolve))
  await service.send('DELETE', '/auth/session', undefined, { cookie, ...OWN_PAGE })
  assert.equal(await within(30_000, 'the close', closed), 1008)
})
