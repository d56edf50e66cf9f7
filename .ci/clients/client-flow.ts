// Uses the types that openapi-typescript generates, and openapi-fetch, against a running docmgr: URL [TOKEN].
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import createClient from 'openapi-fetch'
import type { components, paths } from './api.js'

type Problem = components['schemas']['Problem']

const [baseUrl, token] = process.argv.slice(2) as [string, string | undefined]
const api = createClient<paths>({
  baseUrl,
  ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
})
const word = `word${randomUUID().replaceAll('-', '')}`
const created_by = 'ada@example.com'
const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => index % 256)
/** Generated types have strings for bytes; a serializer sends what is given. */
const asText = (body: unknown): string => body as string
const asItIs = { bodySerializer: (body: unknown) => body as FormData | Blob }

/** The body of a success. */
function ok<T>(
  { data, error, response }: { data?: T; error?: Problem; response: Response },
  status: number,
): T {
  assert.equal(response.status, status, JSON.stringify(error))
  return data!
}

function refused(
  { error, response }: { error?: Problem; response: Response },
  status: number,
  code: string,
): Problem {
  assert.equal(response.status, status)
  assert.equal(error?.type, `urn:docmgr:problem:${code}`)
  assert.ok(error.status === status && error.title && error.detail)
  return error
}

const json = {
  title: `Lease ${word}`,
  content: `The ${word} is due.`,
  content_type: 'text/plain',
  created_by,
}
const created = await api.POST('/documents', { body: json })
const lease = ok(created, 201)
assert.equal(created.response.headers.get('location'), `/documents/${lease.id}`)

const form = new FormData()
form.append('title', `Plan ${word}`)
form.append('created_by', created_by)
form.append('file', new Blob([bytes], { type: 'application/pdf' }), 'plan.pdf')
const plan = ok(await api.POST('/documents', { body: asText(form), ...asItIs }), 201)
const raw = ok(
  await api.POST('/documents', {
    params: { query: { title: `Raw ${word}`, created_by } },
    body: asText(new Blob([bytes])),
    headers: { 'Content-Type': 'application/octet-stream' },
    ...asItIs,
  }),
  201,
)
assert.deepEqual([plan.content_type, raw.content_type], ['application/pdf', 'application/octet-stream'])
for (const { id } of [plan, raw]) {
  const content = await api.GET('/documents/{id}/content', {
    params: { path: { id } },
    parseAs: 'arrayBuffer',
  })
  assert.deepEqual(new Uint8Array(ok(content, 200) as ArrayBuffer), bytes)
}

const path = { id: lease.id }
assert.deepEqual(ok(await api.GET('/documents/{id}', { params: { path } }), 200), lease)

const ids: string[] = []
for (let cursor: string | undefined; ;) {
  const page = await api.GET('/documents', {
    params: {
      query: {
        title: [word],
        created_by: [created_by, 'bob@example.com'],
        limit: 2,
        ...(cursor && { cursor }),
      },
    },
  })
  ids.push(...ok(page, 200).map(({ id }) => id))
  cursor = /cursor=([^>]+)>/.exec(page.response.headers.get('link') ?? '')?.[1]
  if (cursor === undefined) break
}
assert.deepEqual(ids, [raw.id, plan.id, lease.id])

const change = { params: { path, header: { 'If-Match': '"1"' } }, body: { status: 'sent' } } as const
assert.equal(ok(await api.PATCH('/documents/{id}', change), 200).version, 2)
refused(await api.PATCH('/documents/{id}', change), 412, 'version-mismatch')
refused(
  await api.PATCH('/documents/{id}', { params: { path }, body: { status: 'completed' } }),
  409,
  'status-not-allowed',
)

const signature = { document_id: lease.id, signer_email: 'bob@example.com', signer_name: 'Bob' }
const signed = ok(await api.POST('/signatures', { body: signature }), 201)
assert.equal(signed.document_status, 'signed')
refused(await api.POST('/signatures', { body: signature }), 409, 'already-signed')
const signatures = ok(await api.GET('/documents/{id}/signatures', { params: { path } }), 200)
assert.deepEqual(
  signatures.map(({ id }) => id),
  [signed.id],
)

const find = async () => {
  const { documents } = ok(await api.GET('/search', { params: { query: { q: word } } }), 200)
  return documents.find(({ id, status }) => id === lease.id && status === 'signed')
}
for (const end = Date.now() + 60_000; (await find()) === undefined; await delay(100))
  assert.ok(Date.now() < end, 'the document is not found in time')
const suggested = ok(await api.GET('/suggest', { params: { query: { q: word.slice(0, 12) } } }), 200)
assert.ok(suggested.suggestions.includes(`Lease ${word}`))
const facet = await api.GET('/aggregations/{field}', {
  params: { path: { field: 'status' }, query: { q: word } },
})
assert.equal(ok(facet, 200).values.find(({ key }) => key === 'signed')?.count, 1)

refused(await api.DELETE('/documents/{id}', { params: { path } }), 409, 'document-not-deletable')
ok(await api.DELETE('/documents/{id}', { params: { path: { id: plan.id } } }), 204)
refused(await api.GET('/documents/{id}', { params: { path: { id: plan.id } } }), 404, 'document-not-found')
const invalid = refused(
  await api.POST('/documents', { body: { ...json, title: '', created_by: 'nobody' } }),
  422,
  'validation-failed',
)
assert.deepEqual(
  invalid.errors?.map(({ field }) => field),
  ['title', 'created_by'],
)
if (token !== undefined) {
  const anyone = createClient<paths>({ baseUrl })
  refused(await anyone.GET('/documents/{id}', { params: { path } }), 401, 'unauthenticated')
}
console.log('the TypeScript client works')
