/** Who may do what with a document, where a token is needed. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { sha256Of } from '../../auth/api-keys.ts'
import { queryRows } from '../../db/query.ts'
import type { Scope } from '../../domain/scopes.ts'
import { isProblem } from '../../domain/errors.ts'
import { addApiKey } from '../../testing/add-api-key.ts'
import { testContext } from '../../testing/context.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { newId, startTestService } from '../../testing/test-service.ts'
import { listStatement } from './list-statement.ts'

const service = await startTestService(
  { roles: ['document'], settings: { auth: { mode: 'required' } } },
  TEST_FILE,
)
const { pool } = service.database

type Name = 'ada' | 'bob' | 'eve' | 'admin' | 'auditor'

const headersOf = (name: Name): Record<string, string> => {
  const roles = { admin: name === 'admin', auditor: name === 'auditor' }
  return { authorization: `Bearer ${service.token({ id: name, email: `${name}@example.com`, ...roles })}` }
}
const as = (name: Name, method: string, path: string, body?: unknown) =>
  service.send(method, path, body, headersOf(name))

async function create(name: Name, fields: object = {}): Promise<string> {
  const { status, body } = await as(name, 'POST', '/documents', { title: 'Lease', content: 'x', ...fields })
  assert.equal(status, 201)
  return body.id
}

const grant = (id: string, name: Name, role: string, by: Name = 'ada') =>
  as(by, 'PUT', `/documents/${id}/access/email:${name}@example.com`, { role })

const READS = ['', '/content', '/text', '/pages', '/pages/1', '/stats', '/history', '/permissions', '/access']
const OPERATIONS: [method: string, path: string, body?: object][] = [
  ...READS.map((path): [string, string] => ['GET', path]),
  ['PATCH', '', { title: 'Mine' }],
  ['DELETE', ''],
  ['PUT', '/access/email:eve@example.com', { role: 'owner' }],
  ['DELETE', '/access/email:ada@example.com'],
]

test('to a stranger a document does not exist, also in the cache, and nothing counts as a view', async () => {
  const id = await create('ada')
  const unknown = newId()
  for (const isCached of [false, true]) {
    if (isCached) await as('ada', 'GET', `/documents/${id}`)
    for (const [method, path, body] of OPERATIONS) {
      const answer = await as('eve', method, `/documents/${id}${path}`, body)
      const same = await as('eve', method, `/documents/${unknown}${path}`, body)
      assert.deepEqual([answer.status, answer.body.type], [404, same.body.type], `${method} ${path}`)
      assert.equal(answer.body.detail.replace(id, unknown), same.body.detail)
      assert.equal(answer.headers.get('etag'), null)
    }
  }
  const { body } = await as('ada', 'GET', `/documents/${id}/stats`)
  assert.deepEqual([body.total_views, body.unique_views], [1, 1])
  const context = testContext({
    principal: { kind: 'user', id: 'eve', email: 'eve@example.com', admin: false },
  })
  const { documents } = service.document
  const isUnknown = (error: unknown): boolean => isProblem(error, 'document-not-found')
  await assert.rejects(documents.get(id, context), isUnknown)
  await assert.rejects(documents.updateStatus(id, 'sent', context), isUnknown)
  assert.deepEqual(await documents.exists(id, context), { exists: false, status: '' })
})

test('a reader reads, an editor changes, an owner shares, and what is taken away is gone', async () => {
  const id = await create('ada')
  const path = `/documents/${id}`
  const { status, body } = await grant(id, 'bob', 'reader')
  assert.deepEqual(
    [status, body.principal, body.role, body.granted_by],
    [200, 'email:bob@example.com', 'reader', 'email:ada@example.com'],
  )
  assert.equal((await as('bob', 'GET', path)).body.version, 2)
  assert.equal('readers' in (await as('bob', 'GET', path)).body, false)
  const tries = async (): Promise<number[]> => [
    (await as('bob', 'PATCH', path, { title: randomUUID() })).status,
    (await as('bob', 'GET', `${path}/access`)).status,
    (await grant(id, 'eve', 'reader', 'bob')).status,
  ]
  assert.deepEqual(await tries(), [403, 403, 403])
  assert.equal((await as('bob', 'DELETE', path)).status, 403)
  await grant(id, 'bob', 'editor')
  assert.deepEqual(await tries(), [200, 403, 403])
  await grant(id, 'bob', 'owner')
  assert.deepEqual(await tries(), [200, 200, 200])
  const list = await as('ada', 'GET', `${path}/access`)
  assert.deepEqual(
    list.body.map(({ principal, role }: Record<string, string>) => [principal, role]),
    [
      ['email:ada@example.com', 'owner'],
      ['email:bob@example.com', 'owner'],
      ['email:eve@example.com', 'reader'],
    ],
  )
  for (let n = 0; n < 2; n++)
    assert.equal((await as('ada', 'DELETE', `${path}/access/email:BOB@example.com`)).status, 204)
  assert.equal((await as('bob', 'GET', path)).status, 404)
  assert.equal((await as('eve', 'GET', path)).status, 200)
  assert.equal((await as('ada', 'DELETE', path)).status, 204)
  assert.equal((await grant(id, 'bob', 'reader')).status, 404)
})

test('a document keeps an owner, and a subject has a form', async () => {
  const id = await create('ada')
  const path = `/documents/${id}/access`
  await grant(id, 'bob', 'editor')
  for (const answer of [
    await as('ada', 'DELETE', `${path}/email:ada@example.com`),
    await grant(id, 'ada', 'reader'),
  ])
    assert.deepEqual([answer.status, answer.body.type], [409, 'urn:docmgr:problem:last-owner'])
  assert.equal((await as('ada', 'GET', path)).body.length, 2)
  for (const wrong of [
    'ada@example.com',
    'email:ada',
    'group:',
    'group:a%00b',
    'person:1',
    'key:short',
    'email:',
  ])
    assert.equal((await as('ada', 'PUT', `${path}/${wrong}`, { role: 'reader' })).status, 422, wrong)
  assert.equal((await grant(id, 'bob', 'admin')).status, 422)
  const { rows } = await pool.query('select version, readers from documents.documents where id = $1', [id])
  assert.deepEqual(rows, [{ version: 2, readers: ['email:ada@example.com', 'email:bob@example.com'] }])
})

test('a group and a person have a role like an address', async () => {
  const id = await create('ada')
  const path = `/documents/${id}`
  const member = (...groups: string[]) => ({
    authorization: `Bearer ${service.token({ id: 'mia', email: 'mia@example.com', groups })}`,
  })
  const found = async (groups: string[]): Promise<boolean> =>
    (await service.send('GET', '/documents', undefined, member(...groups))).body.some(
      (one: { id: string }) => one.id === id,
    )
  const put = (subject: string, role: string) =>
    as('ada', 'PUT', `${path}/access/${encodeURIComponent(subject)}`, { role })
  assert.equal((await put('group:Legal, Köln', 'editor')).body.principal, 'group:Legal, Köln')
  const person = newId()
  assert.equal((await put(`person:${person.toUpperCase()}`, 'reader')).body.principal, `person:${person}`)

  assert.equal((await service.send('GET', path, undefined, member('legal, köln'))).status, 404)
  assert.equal(await found(['legal, köln']), false)
  const groups = ['Sales', 'Legal, Köln']
  assert.equal((await service.send('PATCH', path, { title: 'Ours' }, member(...groups))).status, 200)
  assert.equal(await found(groups), true)
  const asPerson = (on: typeof service.document.documents, session?: string) =>
    on.get(
      id,
      testContext({
        principal: { kind: 'user', id: person, email: 'p@example.com', admin: false, session },
      }),
    )
  assert.equal((await asPerson(service.document.documents, 'c0')).id, id)
  // The subject of a token is no person who has logged in.
  await assert.rejects(asPerson(service.document.documents), (error) =>
    isProblem(error, 'document-not-found'),
  )

  assert.equal((await as('ada', 'DELETE', `${path}/access/group:Legal,%20K%C3%B6ln`)).status, 204)
  assert.equal((await service.send('GET', path, undefined, member(...groups))).status, 404)
})

test('an administrator may do everything, an auditor reads everything', async () => {
  const id = await create('ada')
  const path = `/documents/${id}`
  assert.equal((await as('admin', 'PATCH', path, { title: 'New' })).status, 200)
  assert.equal((await grant(id, 'eve', 'reader', 'admin')).status, 200)
  assert.equal((await as('auditor', 'GET', path)).body.title, 'New')
  assert.equal((await as('auditor', 'PATCH', path, { title: 'No' })).status, 403)
  for (const name of ['admin', 'auditor'] as const)
    assert.ok((await as(name, 'GET', '/documents')).body.some((one: { id: string }) => one.id === id))
})

test('only administrators, and keys with the scope for it, create documents for others', async () => {
  const fields = { title: 'x', content: 'x', created_by: 'Bob@example.com' }
  const refused = await as('eve', 'POST', '/documents', fields)
  assert.deepEqual([refused.status, refused.body.errors[0].field], [403, 'created_by'])
  const form = new FormData()
  form.set('file', new Blob(['x']), 'x.txt')
  form.set('created_by', 'bob@example.com')
  assert.equal((await as('eve', 'POST', '/documents', form)).status, 403)
  const raw = await service.send('POST', '/documents?title=x&created_by=bob@example.com', 'x', {
    ...headersOf('eve'),
    'content-type': 'text/plain',
  })
  assert.equal(raw.status, 403)
  assert.equal((await as('bob', 'POST', '/documents', fields)).status, 201)
  assert.equal((await as('admin', 'POST', '/documents', fields)).status, 201)
  const byKey = async (...scopes: Scope[]): Promise<number> => {
    const key = await addApiKey(pool, 'ci@example.com', scopes)
    return (await service.send('POST', '/documents', fields, { authorization: `Bearer ${key.text}` })).status
  }
  assert.deepEqual([await byKey('write'), await byKey('write', 'create:for-others')], [403, 201])
})

test('a list has what its caller may read, page by page, with a cursor of their own', async () => {
  const own: string[] = []
  for (let n = 0; n < 3; n++) own.unshift(await create('eve', { title: `of eve ${n}`, content: `own ${n}` }))
  const foreign = await create('ada', { title: 'of ada', content: 'of ada only' })
  const shared = await create('ada', { title: 'shared', content: 'shared' })
  await grant(shared, 'eve', 'reader')
  const { body: all, headers } = await as('eve', 'GET', '/documents?total=true')
  const mine = all.map(({ id }: { id: string }) => id) as string[]
  assert.deepEqual(
    mine.filter((id) => [...own, foreign, shared].includes(id)),
    [shared, ...own],
  )
  assert.equal(headers.get('x-total-count'), String(mine.length))
  for (const sort of ['created_at', '-created_at', 'title', '-title', 'updated_at', '-updated_at']) {
    const sorted = await as('eve', 'GET', `/documents?sort=${sort}`)
    const pages: string[] = []
    for (let next: string | undefined = `/documents?sort=${sort}&limit=1`; next !== undefined;) {
      const page = await as('eve', 'GET', next)
      pages.push(...page.body.map(({ id }: { id: string }) => id))
      next = /<([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1]
      if (next !== undefined) assert.equal((await as('bob', 'GET', next)).status, 422)
    }
    assert.deepEqual(
      pages,
      sorted.body.map(({ id }: { id: string }) => id),
    )
    assert.deepEqual([...pages].sort(), [...mine].sort())
  }
  const sha256 = sha256Of('of ada only')
  assert.deepEqual((await as('eve', 'GET', `/documents?content_sha256=${sha256}`)).body, [])
  assert.equal((await as('ada', 'GET', `/documents?content_sha256=${sha256}`)).body.length, 1)
  assert.equal((await as('eve', 'GET', '/documents?title=of')).body.length, 3)
})

test('a page of who may read few of many documents is read from their index, and of who may read many from another', async () => {
  await pool.query(
    `insert into documents.documents (id, title, content_size, created_by, created_at)
     select gen_random_uuid(), 'bulk ' || n, 0, case when n % 1000 = 0 then 'few@example.com' else 'many@example.com' end,
            '2026-01-01'::timestamptz + n * interval '1 second' from generate_series(1, 8000) n`,
  )
  await pool.query('analyze documents.documents, documents.access')
  const user = (name: string) => ({ id: name, email: `${name}@example.com` })
  for (const [name, haveMany] of [
    ['few', false],
    ['many', true],
  ] as const) {
    const query = {
      filters: {},
      sort: { key: 'created_at', descending: true },
      skip: 0,
      limit: 100,
      after: undefined,
    } as const
    const { text, values } = listStatement(query, { names: [`email:${user(name).email}`], haveMany })
    const rows = await queryRows<{ 'QUERY PLAN': string }>(pool, `EXPLAIN ${text}`, values)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    assert.match(plan, /Index (Only )?Scan Backward using access_principal_created_at/, plan)
  }
  for (const [name, count] of [
    ['few', 8],
    ['many', 7992],
  ] as const) {
    const headers = { authorization: `Bearer ${service.token(user(name))}` }
    for (const query of ['', '&sort=title', '&created_from=2026-01-01T00:00:00Z', '&title=bulk']) {
      const answer = await service.get(`/documents?limit=100&total=true${query}`, headers)
      assert.deepEqual(
        [answer.body.length, answer.headers.get('x-total-count')],
        [Math.min(count, 100), String(count)],
        query,
      )
    }
  }
})

test('in a history a reader sees who did what, and an owner also from where and who was given a role', async () => {
  const id = await create('ada')
  await grant(id, 'bob', 'reader')
  const newest = async (name: Name) => (await as(name, 'GET', `/documents/${id}/history`)).body[0]
  const [ofOwner, ofReader] = await Promise.all([newest('ada'), newest('bob')])
  assert.equal(ofOwner.values.principal, 'email:bob@example.com')
  assert.ok(ofOwner.values.client_address)
  assert.deepEqual(ofReader.values, { actor: 'email:ada@example.com' })
  const withheld = ofReader.withheld.filter((name: string) => name !== 'user_agent')
  assert.deepEqual(withheld, ['subject', 'client_address', 'principal'])
})
