/** People, API keys and sessions over REST, where tokens are required. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TEST_FILE } from '../../../testing/test-file.ts'
import { newId, startTestService } from '../../../testing/test-service.ts'

const service = await startTestService(
  {
    roles: ['document'],
    settings: { auth: { mode: 'required' } },
    overrides: { identities: { kept: 50, refresh: 10, stale: 50 } },
  },
  TEST_FILE,
)
const OWN_PAGE = { 'sec-fetch-site': 'same-origin', origin: service.url }

const bearer = (id: string, admin = false) => ({
  authorization: `Bearer ${service.token({ id, email: `${id}@example.com`, admin })}`,
})
const ADMIN = bearer('root', true)
const asAdmin = (method: string, path: string, body?: unknown) => service.send(method, path, body, ADMIN)

async function addPerson(name: string, fields: object = {}): Promise<string> {
  const { status, body } = await asAdmin('POST', '/people', { email: `${name}@example.com`, ...fields })
  assert.equal(status, 200)
  return body.id
}

/** @returns the headers of a browser in which this person has logged in by a link that an administrator has made */
async function logIn(id: string) {
  const { status, body } = await asAdmin('POST', `/people/${id}/login-link`)
  assert.equal(status, 201)
  const session = await service.send('POST', '/auth/session', { link: body.link }, OWN_PAGE)
  assert.equal(session.status, 201)
  return { cookie: session.headers.get('set-cookie')!.split(';')[0]!, ...OWN_PAGE }
}

test('an administrator adds, changes, disables and enables people', async () => {
  const id = await addPerson('ada', { name: 'Ada' })
  assert.equal(await addPerson('ADA'), id)
  const changed = await asAdmin('PATCH', `/people/${id}`, { auditor: true, disabled: true })
  assert.deepEqual([changed.status, changed.body.auditor, changed.body.name], [200, true, 'Ada'])
  assert.notEqual(changed.body.disabled_at, null)
  assert.equal((await asAdmin('POST', `/people/${newId()}/login-link`)).status, 404)
  const link = await asAdmin('POST', `/people/${id}/login-link`)
  assert.deepEqual([link.status, link.body.type], [409, 'urn:docmgr:problem:person-disabled'])
  assert.equal((await asAdmin('PATCH', `/people/${id}`, { disabled: false })).body.disabled_at, null)
  const list = await asAdmin('GET', '/people')
  assert.deepEqual(
    list.body
      .filter((person: { id: string }) => person.id === id)
      .map(({ email }: { email: string }) => email),
    ['ada@example.com'],
  )
  assert.equal('subject' in list.body[0], false)
  assert.equal((await asAdmin('PATCH', `/people/${newId()}`, { admin: true })).status, 404)
  assert.equal((await asAdmin('PATCH', `/people/${id}`, {})).status, 422)
  assert.equal((await asAdmin('POST', '/people', { email: 'ada' })).status, 422)
})

test('an administrator stays one', async () => {
  const id = await addPerson('root', { admin: true })
  for (const [field, value] of [
    ['admin', false],
    ['disabled', true],
  ] as const) {
    const { status, body } = await asAdmin('PATCH', `/people/${id}`, { [field]: value })
    assert.deepEqual([status, body.errors[0].field], [422, field])
  }
  const { status } = await asAdmin('POST', '/people', { email: 'Root@example.com', admin: false })
  assert.equal(status, 422)
})

test('somebody makes, sees and revokes their own keys, and no others', async () => {
  const headers = await logIn(await addPerson('bob'))
  const fields = { name: 'CI', scopes: ['read', 'write'], expires_in_days: 30 }
  const made = await service.send('POST', '/keys', fields, headers)
  assert.equal(made.status, 201)
  assert.match(made.body.key, new RegExp(`^dk_${made.body.id}_`))
  const key = { authorization: `Bearer ${made.body.key}` }
  assert.equal((await service.get('/documents', key)).status, 200)
  assert.equal((await service.send('POST', '/keys', fields, key)).status, 403)

  const [listed] = (await service.get('/keys', headers)).body
  assert.deepEqual([listed.id, listed.email, listed.revoked_at], [made.body.id, 'bob@example.com', null])
  assert.equal(JSON.stringify(listed).includes(made.body.key.split('_')[2]), false)
  assert.deepEqual((await service.get('/keys', bearer('eve'))).body, [])
  assert.equal((await service.send('DELETE', `/keys/${listed.id}`, undefined, bearer('eve'))).status, 204)
  const stateOf = async () => (await service.get('/keys', headers)).body[0].revoked_at
  assert.equal(await stateOf(), null)
  assert.equal((await asAdmin('GET', '/keys')).body.length, 1)
  assert.equal((await service.send('DELETE', `/keys/${listed.id}`, undefined, headers)).status, 204)
  assert.notEqual(await stateOf(), null)
  // This process knows at once.
  assert.equal((await service.get('/documents', key)).status, 401)
})

/** All rows of a list, page by page. */
async function readAll<Row>(path: string, headers: Record<string, string>): Promise<Row[][]> {
  const pages: Row[][] = []
  for (let next: string | undefined = path; next !== undefined;) {
    const { status, body, headers: answered } = await service.get(next, headers)
    assert.equal(status, 200)
    pages.push(body as Row[])
    next = /^<([^>]+)>; rel="next"$/.exec(answered.get('link') ?? '')?.[1]
  }
  return pages
}

test('people are read in pages, each once, also those whose addresses are alike', async () => {
  const names = ['page-1', 'Page-2', 'page-3', 'PAGE-4', 'page-ä', 'page-Ä', 'page-z']
  const ids = []
  for (const name of names) ids.push(await addPerson(name))
  const pages = await readAll<{ id: string; email: string }>('/people?limit=2&total=true', ADMIN)
  const all = pages.flat()
  assert.ok(pages.slice(0, -1).every(({ length }) => length === 2))
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length)
  for (const id of ids) assert.ok(all.some((person) => person.id === id))
  assert.deepEqual(all, (await asAdmin('GET', '/people?limit=200')).body)
  const { headers } = await asAdmin('GET', '/people?limit=1&total=true')
  assert.equal(headers.get('x-total-count'), String(all.length))
  for (const query of ['limit=0', 'limit=201', 'cursor=x'])
    assert.equal((await asAdmin('GET', `/people?${query}`)).status, 422, query)
})

test('keys are read in pages by their owner and by administrators, with a cursor of their own', async () => {
  const owner = bearer('paul')
  const fields = { name: 'CI', scopes: ['read'], expires_in_days: 1 }
  const made: string[] = []
  for (let n = 0; n < 5; n++) made.unshift((await service.send('POST', '/keys', fields, owner)).body.id)
  const pages = await readAll<{ id: string }>('/keys?limit=2', owner)
  assert.deepEqual(
    pages.map((page) => page.map(({ id }) => id)),
    [made.slice(0, 2), made.slice(2, 4), made.slice(4)],
  )
  const first = await service.get('/keys?limit=2&total=true', owner)
  assert.equal(first.headers.get('x-total-count'), '5')
  const [, next] = /<([^>]+)>/.exec(first.headers.get('link')!)!
  assert.equal((await service.get(next!, ADMIN)).status, 422)
  const all = (await readAll<{ id: string }>('/keys?limit=2', ADMIN)).flat().map(({ id }) => id)
  assert.equal(new Set(all).size, all.length)
  assert.deepEqual(
    all.filter((id) => made.includes(id)),
    made,
  )
})

test('scopes beyond reading and writing are for administrators to give', async () => {
  const fields = (scope: string) => ({ name: 'CI', scopes: [scope], expires_in_days: null })
  for (const scope of ['admin', 'create:for-others', 'sign:for-others']) {
    const { status, body } = await service.send('POST', '/keys', fields(scope), bearer('eve'))
    assert.deepEqual([status, body.errors[0].field], [403, 'scopes'])
    assert.equal((await asAdmin('POST', '/keys', fields(scope))).status, 201)
  }
  for (const wrong of [
    { ...fields('read'), expires_in_days: 0 },
    { ...fields('read'), name: ' ' },
    fields('all'),
  ])
    assert.equal((await asAdmin('POST', '/keys', wrong)).status, 422)
})

test('somebody sees the browsers in which they are logged in, and ends one', async () => {
  const id = await addPerson('carol')
  const [here, there] = [await logIn(id), await logIn(id)]
  const { body } = await service.get('/sessions', here)
  assert.deepEqual(body.map(({ current }: { current: boolean }) => current).toSorted(), [false, true])
  const pages = await readAll<{ id: string }>('/sessions?limit=1&total=true', here)
  assert.deepEqual(pages.flat(), body)
  assert.equal(pages.length, 2)
  const other = body.find(({ current }: { current: boolean }) => !current)
  const end = (headers: Record<string, string>) =>
    service.send('DELETE', `/sessions/${other.id}`, undefined, headers)
  assert.equal((await end(await logIn(await addPerson('dan')))).status, 204)
  assert.equal((await service.get('/sessions', there)).status, 200)
  assert.equal((await end(here)).status, 204)
  assert.equal((await service.get('/sessions', there)).status, 401)
  assert.equal((await service.get('/sessions', here)).body.length, 1)
  assert.deepEqual((await service.get('/sessions', ADMIN)).body, [])
})

test('a page of another site cannot act with the session of who looks at it', async () => {
  const { cookie } = await logIn(await addPerson('fay'))
  const foreign = { cookie, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
  const fields = { name: 'CI', scopes: ['read'], expires_in_days: 1 }
  assert.equal((await service.send('POST', '/keys', fields, foreign)).status, 403)
})
