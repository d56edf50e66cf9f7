/**
 * For any grants and any caller, where tokens are required: what search finds is in the list, and the list has what GET
 * answers, in whatever order roles are given and taken away. ACCESS_SEED and the path that a failure prints repeat it.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createApiKey, sha256Of } from './auth/api-keys.ts'
import { createKeyStore } from './db/key-store.ts'
import { createPersonStore } from './db/person-store.ts'
import { ACCESS_ROLES, type AccessRole, isReader, type Reach } from './domain/access.ts'
import { eventually } from './testing/deadline.ts'
import { TEST_FILE } from './testing/test-file.ts'
import { newId, startTestService } from './testing/test-service.ts'

const DOCUMENTS = 25
const RUNS = 25
const NAMES = ['ada', 'bob', 'eve', 'Ada']
const GROUPS = ['legal', 'Legal', 'ops, Köln']
const SEED = Number(process.env['ACCESS_SEED'] ?? Date.now() % 2 ** 31)

const service = await startTestService(
  {
    roles: ['all'],
    settings: {
      auth: { mode: 'required' },
      limits: { principalRequests: 'off', addressRequests: 'off' },
    },
  },
  TEST_FILE,
)
const { pool } = service.database
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const ADMIN = bearer(service.token({ id: 'root', email: 'root@example.com', admin: true }))
const addressOf = (name: string): string => `${name}@example.com`

async function send(method: string, path: string, body?: object): Promise<{ id: string }> {
  const answer = await service.send(method, path, body, ADMIN)
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}

/** A key of Bob's, which has his roles beside its own. */
async function keyOfBob(): Promise<{ text: string; subject: string }> {
  const { id: personId } = await createPersonStore(pool).put(newId(), addressOf('bob'))
  const key = createApiKey()
  const secretSha256 = sha256Of(key.secret)
  await createKeyStore(pool).add({
    id: key.id,
    name: 'ci',
    secretSha256,
    personId,
    scopes: ['read'],
    expiresAt: null,
  })
  return { text: key.text, subject: `key:${key.id}` }
}
const key = await keyOfBob()
const ids: string[] = []
for (let n = 0; n < DOCUMENTS; n++) {
  const fields = { title: `Plover ${n}`, content: `Heron ${n}`, created_by: addressOf(NAMES[n % 3]!) }
  ids.push((await send('POST', '/documents', fields)).id)
}

interface Caller {
  headers: Record<string, string>
  subjects: Reach
}
const emailSubject = (name: string): string => `email:${addressOf(name).toLowerCase()}`

const caller: fc.Arbitrary<Caller> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom(...NAMES), fc.subarray(GROUPS)).map(([name, groups]) => ({
      headers: bearer(service.token({ id: name, email: addressOf(name), groups })),
      subjects: [emailSubject(name), ...groups.map((group) => `group:${group}`)],
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constant({ headers: bearer(key.text), subjects: [emailSubject('bob'), key.subject] }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      headers: bearer(service.token({ id: 'auditor', email: addressOf('au'), auditor: true })),
      subjects: 'all',
    }),
  },
)
const SUBJECTS = [...NAMES.map(emailSubject), ...GROUPS.map((name) => `group:${name}`), key.subject]
/** A role that is given, or taken away where it is null. */
interface Change {
  /** its place in `ids` */
  document: number
  subject: string
  role: AccessRole | null
}
const change: fc.Arbitrary<Change> = fc.record({
  document: fc.nat({ max: DOCUMENTS - 1 }),
  subject: fc.constantFrom(...SUBJECTS),
  role: fc.option(fc.constantFrom(...ACCESS_ROLES)),
})

async function apply({ document, subject, role }: Change): Promise<void> {
  const path = `/documents/${ids[document]}/access/${encodeURIComponent(subject)}`
  const { status } = await service.send(
    role === null ? 'DELETE' : 'PUT',
    path,
    role === null ? undefined : { role },
    ADMIN,
  )
  // The last owner stays.
  assert.ok([200, 204, 409].includes(status), `${path}: ${status}`)
}

/** @returns the readers of each document, when the index has its version */
async function indexed(): Promise<Map<string, string[]>> {
  const text = 'select id, version, readers from documents.documents'
  const { rows } = await pool.query<{ id: string; version: number; readers: string[] }>(text)
  await eventually('the index', async () => {
    const versions = await service.index.versions(ids)
    return rows.every(({ id, version }) => versions.get(id) === version)
  })
  return new Map(rows.map(({ id, readers }) => [id, readers]))
}

async function answered(path: string, headers: Caller['headers']) {
  const { status, body } = await service.get(path, headers)
  assert.equal(status, 200, path)
  return body
}

async function listed(headers: Caller['headers']): Promise<string[]> {
  const found: string[] = []
  for (let path: string | undefined = '/documents?limit=7'; path !== undefined;) {
    const answer = await service.get(path, headers)
    assert.equal(answer.status, 200, path)
    found.push(...(answer.body as { id: string }[]).map(({ id }) => id))
    const next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
    path = next?.replace(/^https?:\/\/[^/]+/, '')
  }
  return found.sort()
}

async function check({ headers, subjects }: Caller, readers: Map<string, string[]>): Promise<void> {
  const expected = ids.filter((id) => isReader(readers.get(id)!, subjects)).sort()
  const got = await Promise.all(
    ids.map(async (id) => (await service.get(`/documents/${id}`, headers)).status),
  )
  assert.deepEqual(ids.filter((_, n) => got[n] === 200).sort(), expected, 'GET')
  assert.deepEqual(
    [...new Set(got)].filter((status) => status !== 200 && status !== 404),
    [],
  )
  assert.deepEqual(await listed(headers), expected, 'list')
  for (const q of ['heron', 'title:plover', 'herno', '-nothing']) {
    const { documents, total } = await answered(`/search?size=100&q=${q}`, headers)
    const found = (documents as { id: string }[]).map(({ id }) => id).sort()
    assert.deepEqual([found, total], [expected, expected.length], `search ${q}`)
  }
  const { values } = await answered('/aggregations/status', headers)
  const count = (values as { count: number }[]).reduce((sum, value) => sum + value.count, 0)
  assert.equal(count, expected.length, 'facets')
  const { suggestions } = await answered('/suggest?q=plov', headers)
  const titles = (suggestions as string[]).filter((one) => one.startsWith('Plover '))
  const readable = expected.map((id) => `Plover ${ids.indexOf(id)}`)
  assert.deepEqual(
    titles.filter((title) => !readable.includes(title)),
    [],
    'suggestions',
  )
}

test(`ids found by search ⊆ ids listed = ids that GET answers (ACCESS_SEED=${SEED})`, async () => {
  const property = fc.asyncProperty(
    fc.array(change, { minLength: 1, maxLength: 6 }),
    fc.array(caller, { minLength: 1, maxLength: 3 }),
    async (changes, callers) => {
      for (const one of changes) await apply(one)
      const readers = await indexed()
      for (const one of callers) await check(one, readers)
    },
  )
  // A failure depends on the grants of earlier runs, so there is nothing to shrink.
  await fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: true })
})
