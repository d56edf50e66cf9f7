/** Logins at a real identity provider. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPersonStore } from '../../db/person-store.ts'
import { awayPort } from '../../testing/away-server.ts'
import { eventually } from '../../testing/deadline.ts'
import { freePorts } from '../../testing/free-ports.ts'
import { CLIENT, newKey, startIdentityProvider } from '../../testing/identity-provider.ts'
import { createTestBrowser } from '../../testing/test-browser.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const [http] = await freePorts(1)
const publicUrl = `http://127.0.0.1:${http}`
const idp = await startIdentityProvider(publicUrl, TEST_FILE)
const OIDC = { issuer: idp.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret }
const service = await startTestService(
  {
    roles: ['document'],
    settings: {
      auth: { mode: 'required', oidc: { ...OIDC, adminGroups: ['ops'], name: 'Example' } },
      http: { publicUrl },
      listen: { http: http! },
    },
    overrides: { identities: { kept: 50, refresh: 10, stale: 50 } },
  },
  TEST_FILE,
)
const people = createPersonStore(service.database.pool)
const LOGIN = `${publicUrl}/auth/oidc/login`
const CALLBACK = /\/auth\/oidc\/callback/
const SESSION = '__Host-docmgr'
const OWN_PAGE = { 'sec-fetch-site': 'same-origin', origin: publicUrl }

const verified = (email: string, claims: object = {}) => ({ email, email_verified: true, ...claims })

/** @returns a browser that the provider has sent back, and where to */
async function arrive(subject: string, claims: Record<string, unknown>, to = '/') {
  idp.setPerson(subject, claims)
  const browser = createTestBrowser()
  const callback = await browser.follow(`${LOGIN}?to=${encodeURIComponent(to)}`, CALLBACK)
  return { browser, callback }
}

async function logIn(...args: Parameters<typeof arrive>) {
  const { browser, callback } = await arrive(...args)
  const response = await browser.visit(callback)
  assert.equal(response.status, 303, await response.clone().text())
  const session = async () =>
    (await (await browser.visit(`${publicUrl}/auth/session`)).json()) as {
      user: { id: string; email: string; admin: boolean }
      provider: unknown
    }
  return { browser, response, callback, session }
}

test('a login makes the person, with name, groups and rights, and opens the page that was wanted', async () => {
  const { response, session, browser } = await logIn(
    'ada-1',
    verified('Ada@example.com', { name: 'Ada', groups: ['ops', 'Legal', 'ops', 'a\nb'] }),
    '/d/x?page=2',
  )
  assert.equal(response.headers.get('location'), '/d/x?page=2')
  const [cookie] = response.headers.getSetCookie()
  assert.match(cookie!, /^__Host-docmgr=[\w-]{43}; Path=\/; Max-Age=604800; Secure; HttpOnly; SameSite=Lax$/)
  assert.equal(browser.cookie(publicUrl, '__Host-docmgr-login'), undefined)
  const { user, provider } = await session()
  assert.deepEqual([user.email, user.admin, provider], ['Ada@example.com', true, { name: 'Example' }])
  const [person] = await people.findByEmail('ada@example.com')
  assert.deepEqual(
    [person!.id, person!.issuer, person!.subject, person!.name, person!.groups],
    [user.id, idp.issuer, 'ada-1', 'Ada', ['Legal', 'ops']],
  )
})

test('the person is known by issuer and subject: address, groups and rights are those of the last login', async () => {
  const before = await (await logIn('bob-1', verified('bob@example.com', { groups: ['ops'] }))).session()
  const after = await (await logIn('bob-1', verified('robert@example.com'))).session()
  assert.equal(after.user.id, before.user.id)
  assert.deepEqual(
    [after.user.email, before.user.admin, after.user.admin],
    ['robert@example.com', true, false],
  )
  const other = await (await logIn('bob-2', verified('robert@example.com'))).session()
  assert.notEqual(other.user.id, before.user.id)
})

test('a group of the provider reads what was shared with it', async () => {
  const { browser, session } = await logIn('gus-1', verified('gus@example.com', { groups: ['Legal'] }))
  assert.equal((await session()).user.admin, false)
  const id = await service.rows.add()
  const read = async () => (await browser.visit(`${publicUrl}/documents/${id}`)).status
  assert.equal(await read(), 404)
  const owner = { authorization: `Bearer ${service.token({ admin: true })}` }
  const path = `/documents/${id}/access/${encodeURIComponent('group:Legal')}`
  assert.ok((await service.send('PUT', path, { role: 'reader' }, owner)).status < 300)
  assert.equal(await read(), 200)
})

test('logging out ends the session here, and says where the provider ends its own', async () => {
  const { browser } = await logIn('out-1', verified('out@example.com'))
  const out = await browser.visit(`${publicUrl}/auth/session`, { method: 'DELETE', headers: OWN_PAGE })
  assert.equal(out.status, 200)
  const { logout_url } = (await out.json()) as { logout_url: string }
  const url = new URL(logout_url)
  assert.equal(url.origin, idp.issuer)
  assert.equal(url.searchParams.get('post_logout_redirect_uri'), `${publicUrl}/login`)
  assert.match(url.searchParams.get('id_token_hint')!, /^ey/)
  assert.equal((await browser.visit(logout_url)).status, 200)
  assert.equal((await browser.visit(`${publicUrl}/documents`)).status, 401)
  const again = await browser.visit(`${publicUrl}/auth/session`, { method: 'DELETE', headers: OWN_PAGE })
  assert.equal(again.status, 204)
})

test('another state, another browser, and a changed or old cookie are refused', async () => {
  const refused = async (change: (browser: ReturnType<typeof createTestBrowser>, callback: URL) => void) => {
    const { browser, callback } = await arrive('eve-1', verified('eve@example.com'))
    const url = new URL(callback)
    change(browser, url)
    const { status, headers } = await browser.visit(url.href)
    assert.equal(status, 401)
    assert.equal(headers.get('set-cookie')?.includes(SESSION) ?? false, false)
  }
  const NAME = '__Host-docmgr-login'
  await refused((_, url) => url.searchParams.set('state', 'x'.repeat(43)))
  await refused((_, url) => url.searchParams.delete('state'))
  await refused((_, url) => url.searchParams.set('iss', 'https://other.example'))
  await refused((browser) => browser.setCookie(publicUrl, NAME, ''))
  await refused((browser) => browser.setCookie(publicUrl, NAME, 'x'))
  await refused((browser) => {
    const value = browser.cookie(publicUrl, NAME)!
    // Not the last character: some of its bits say nothing.
    browser.setCookie(publicUrl, NAME, (value.startsWith('A') ? 'B' : 'A') + value.slice(1))
  })
  const { callback } = await arrive('eve-1', verified('eve@example.com'))
  const { browser: other } = await arrive('eve-1', verified('eve@example.com'))
  assert.equal((await other.visit(callback)).status, 401)
})

test('a code works once, and one that the provider never gave not at all', async () => {
  const { browser, callback } = await arrive('ada-2', verified('ada2@example.com'))
  const sealed = browser.cookie(publicUrl, '__Host-docmgr-login')!
  assert.equal((await browser.visit(callback)).status, 303)
  browser.setCookie(publicUrl, '__Host-docmgr-login', sealed)
  assert.equal((await browser.visit(callback)).status, 401)
  const forged = await arrive('ada-2', verified('ada2@example.com'))
  const url = new URL(forged.callback)
  url.searchParams.set('code', 'x'.repeat(43))
  assert.equal((await forged.browser.visit(url.href)).status, 401)
})

test('who ends the login at the provider is not logged in', async () => {
  const { browser, callback } = await arrive('ada-3', verified('ada3@example.com'))
  const { searchParams, origin, pathname } = new URL(callback)
  const query = new URLSearchParams({
    error: 'access_denied',
    state: searchParams.get('state')!,
    iss: searchParams.get('iss')!,
  })
  const response = await browser.visit(`${origin}${pathname}?${query}`)
  assert.equal(response.status, 401)
  assert.match(((await response.json()) as { detail: string }).detail, /access_denied/)
})

test('an address that is missing or not verified counts for nothing, and says so', async () => {
  const wrong: [object, RegExp][] = [
    [{}, /gives no e-mail address/],
    [{ email: 'eve@example.com' }, /has not verified/],
    [{ email: 'eve@example.com', email_verified: false }, /has not verified/],
    [{ email: 'eve@example.com', email_verified: 'yes' }, /has not verified/],
    [{ email: 'eve', email_verified: true }, /gives no e-mail address/],
    [
      { ...verified('eve@example.com'), groups: Array.from({ length: 101 }, (_, n) => `g${n}`) },
      /101 groups/,
    ],
  ]
  for (const [claims, reason] of wrong) {
    const { browser, callback } = await arrive('eve-2', claims as Record<string, unknown>)
    const response = await browser.visit(callback)
    assert.equal(response.status, 403)
    assert.match(((await response.json()) as { detail: string }).detail, reason)
  }
  const { browser, callback } = await arrive('eve-2', { email: 'eve@example.com' })
  const { status, headers } = await browser.visit(callback, { headers: { accept: 'text/html,*/*' } })
  assert.deepEqual([status, headers.get('location')], [303, '/login?problem=forbidden'])
})

test('who is disabled is not logged in, by their name at the provider and by their address', async () => {
  const { browser } = await logIn('dan-1', verified('dan@example.com'))
  await people.setDisabled('dan@example.com', true)
  await eventually(
    'the session to end',
    async () => (await browser.visit(`${publicUrl}/documents`)).status === 401,
  )
  for (const [subject, email] of [
    ['dan-1', 'dan@example.com'],
    ['dan-1', 'other-dan@example.com'],
    ['dan-2', 'DAN@example.com'],
  ] as const) {
    const { browser, callback } = await arrive(subject, verified(email))
    assert.equal((await browser.visit(callback)).status, 403, `${subject} ${email}`)
  }
})

test('keys that the provider rotates count at once', async () => {
  await logIn('kim-1', verified('kim@example.com'))
  idp.setKeys([newKey('k2'), ...idp.keys()])
  await logIn('kim-1', verified('kim@example.com'))
  idp.setKeys([newKey('k3')])
  await logIn('kim-1', verified('kim@example.com'))
})

test('no page of another host is opened after a login', async () => {
  for (const to of ['//evil.example', '/\\evil.example', 'https://evil.example', 'x', '/a\nb'])
    assert.equal((await service.query('/auth/oidc/login', { to })).status, 422, to)
})

test('a provider that is away is said to be, at once or after the deadline, and asked again', async (t) => {
  for (const way of ['refused', 'silent', 'closing'] as const) {
    const issuer = `http://127.0.0.1:${await awayPort(t, way)}`
    const away = await startTestService(
      {
        roles: ['document'],
        settings: {
          auth: { mode: 'required', oidc: { ...OIDC, issuer, timeout: 300 } },
          http: { publicUrl },
        },
      },
      t,
    )
    const problem = await away.get('/auth/oidc/login')
    assert.equal(problem.status, 503, way)
    assert.match(problem.body.detail, /identity provider does not answer/)
    const page = await fetch(`${away.url}/auth/oidc/login`, {
      headers: { accept: 'text/html' },
      redirect: 'manual',
    })
    assert.deepEqual([page.status, page.headers.get('location')], [303, '/login?problem=unavailable'])
  }
})

test('a provider that goes away during a login ends it, and logging out works without it', async (t) => {
  const [port] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const own = await startIdentityProvider(url, t)
  await startTestService(
    {
      roles: ['document'],
      settings: {
        auth: { mode: 'required', oidc: { ...OIDC, issuer: own.issuer, timeout: 300 } },
        http: { publicUrl: url },
        listen: { http: port! },
      },
    },
    t,
  )
  own.setPerson('ada', verified('ada@example.com'))
  const browser = createTestBrowser()
  await browser.visit(await browser.follow(`${url}/auth/oidc/login`, CALLBACK))
  const other = createTestBrowser()
  const callback = await other.follow(`${url}/auth/oidc/login`, CALLBACK)
  await own.stop()
  assert.equal((await other.visit(callback)).status, 503)
  const out = await browser.visit(`${url}/auth/session`, {
    method: 'DELETE',
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  assert.ok(out.status < 300)
  assert.equal((await browser.visit(`${url}/documents`)).status, 401)
})

test('without an identity provider there is no such login', async (t) => {
  const plain = await startTestService({ roles: ['document'], settings: { auth: { mode: 'required' } } }, t)
  assert.equal((await plain.get('/auth/oidc/login')).status, 404)
  assert.equal((await plain.get('/auth/oidc/callback?code=x&state=y')).status, 404)
  assert.equal((await plain.get('/auth/session')).body.provider, null)
})
