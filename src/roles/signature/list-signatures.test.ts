import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GONE } from '../../ports/documents/contract-suite.ts'
import { startSignatureService } from '../../testing/signature-service.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import type { Answer } from '../../testing/test-service.ts'
import { listStatement } from './signature-store.ts'

const docs = await startSignatureService({}, TEST_FILE)
const document = docs.documents.create().id
const COUNT = 25
for (let n = 0; n < COUNT; n++) {
  await docs.sign(document, { signer_email: `Signer${n}@example.com`, signature_data: `data ${n}` })
}
await docs.sign(docs.documents.create().id, { signer_email: 'signer3@EXAMPLE.com' })

const names = ({ body }: Answer): string[] =>
  body.map(({ signer_email }: { signer_email: string }) => signer_email)
const nextOf = ({ headers }: Answer): string | undefined =>
  /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]

test('lists are newest first and without data', async () => {
  const all = await docs.get('/signatures')
  assert.equal(all.body.length, COUNT + 1)
  assert.equal(all.body[0].signer_email, 'signer3@EXAMPLE.com')
  assert.equal(all.body[1].signer_email, `Signer${COUNT - 1}@example.com`)
  assert.ok(all.body.every((one: { signature_data: unknown }) => one.signature_data === null))
  assert.equal(nextOf(all), undefined)
})

test('pages by cursor have each signature once, in order, with the same filters', async () => {
  const seen: string[] = []
  let path: string | undefined = `/documents/${document}/signatures?limit=10`
  for (let pages = 0; path !== undefined; pages++) {
    assert.ok(pages < 5)
    const page: Answer = await docs.get(path)
    assert.equal(page.status, 200)
    seen.push(...names(page))
    path = nextOf(page)
  }
  assert.deepEqual(
    seen,
    Array.from({ length: COUNT }, (_, n) => `Signer${COUNT - 1 - n}@example.com`),
  )
})

test('skip and limit work as in the original', async () => {
  const path = `/documents/${document}/signatures`
  assert.deepEqual(names(await docs.get(`${path}?skip=3&limit=2`)), [
    'Signer21@example.com',
    'Signer20@example.com',
  ])
  assert.deepEqual((await docs.get(`${path}?skip=1000`)).status, 200)
  assert.deepEqual((await docs.get(`${path}?limit=0`)).body, [])
})

test('filters narrow the list; the signer is compared without case', async () => {
  const by = await docs.get('/signatures?signer_email=SIGNER3@example.com')
  assert.deepEqual(names(by), ['signer3@EXAMPLE.com', 'Signer3@example.com'])
  const both = await docs.get(`/signatures?signer_email=SIGNER3@example.com&document_id=${document}`)
  assert.deepEqual(names(both), ['Signer3@example.com'])
  const [first] = both.body
  const from = await docs.get(`/signatures?signed_from=${first.signed_at}`)
  assert.equal(from.body.at(-1).id, first.id)
  const to = await docs.get(`/signatures?signed_to=${first.signed_at}`)
  assert.equal(to.body.length, 3)
})

test('a filter that is given several times finds the signatures with any of its values', async () => {
  const two = 'signer_email=SIGNER7@example.com&signer_email=signer9@example.com'
  assert.deepEqual(names(await docs.get(`/signatures?${two}`)), [
    'Signer9@example.com',
    'Signer7@example.com',
  ])
  const first = await docs.get(`/documents/${document}/signatures?${two}&limit=1`)
  assert.deepEqual(names(await docs.get(nextOf(first)!)), ['Signer7@example.com'])
  const other = docs.documents.create().id
  await docs.sign(other, { signer_email: 'several@example.com' })
  const both = `document_id=${other}&document_id=${document}`
  const page = await docs.get(`/signatures?${both}&limit=1`)
  assert.deepEqual(names(page), ['several@example.com'])
  assert.deepEqual(names(await docs.get(nextOf(page)!)), [`Signer${COUNT - 1}@example.com`])
  for (const name of ['limit', 'skip', 'cursor', 'include', 'signed_from', 'signed_to']) {
    const { status, body } = await docs.get(`/signatures?${name}=1&${name}=1`)
    assert.equal(status, 422, name)
    assert.deepEqual(body.errors, [{ field: `query.${name}`, detail: 'must be given once' }])
  }
  await docs.database.pool.query('DELETE FROM signatures.signatures WHERE document_id = $1', [other])
})

test('with total=true the headers tell how many there are, on every page', async () => {
  const path = `/documents/${document}/signatures?total=true&limit=10`
  const first = await docs.get(path)
  for (const page of [first, await docs.get(nextOf(first)!), await docs.get(`${path}&skip=1000`)])
    assert.deepEqual(
      [page.headers.get('x-total-count'), page.headers.get('x-total-is-exact')],
      [String(COUNT), 'true'],
    )
  const some = await docs.get('/signatures?total=true&limit=0&signer_email=signer3@example.com')
  assert.equal(some.headers.get('x-total-count'), '2')
  assert.equal((await docs.get('/signatures')).headers.get('x-total-count'), null)
})

test('data are included on request, in small pages', async () => {
  const path = '/signatures?include=signature_data'
  const page = await docs.get(path)
  assert.equal(page.body.length, 20)
  assert.deepEqual([page.body[0].signature_data, page.body[1].signature_data], [null, `data ${COUNT - 1}`])
  assert.equal((await docs.get(nextOf(page)!)).body.at(-1).signature_data, 'data 0')
  const large = await docs.get(`${path}&limit=21`)
  assert.equal(large.status, 422)
  assert.deepEqual(large.body.errors, [
    { field: 'query.limit', detail: 'must be at most 20 with include=signature_data' },
  ])
})

for (const query of [
  'limit=201',
  'limit=-1',
  'skip=-1',
  'cursor=zzz',
  'include=all',
  'signed_from=today',
  'document_id=1',
]) {
  test(`?${query} is refused with the name of the parameter`, async () => {
    const { status, body } = await docs.get(`/signatures?${query}`)
    assert.equal(status, 422)
    assert.equal(body.errors[0].field, `query.${query.split('=')[0]}`)
  })
}

test('a cursor is valid for its own list only', async () => {
  const next = nextOf(await docs.get('/signatures?limit=2'))!
  const { status } = await docs.get(`${next}&signer_email=bob@example.com`)
  assert.equal(status, 422)
})

test('a document without signatures has an empty list, and an unknown one is 404', async () => {
  assert.deepEqual((await docs.get(`/documents/${docs.documents.create().id}/signatures`)).body, [])
  const unknown = await docs.get(`/documents/${GONE}/signatures`)
  assert.equal(unknown.status, 404)
  assert.equal(unknown.body.type, 'urn:docmgr:problem:document-not-found')
})

test('a domain in punycode is the name that it stands for, also of rows of earlier versions', async () => {
  const { id } = docs.documents.create()
  const [unicode, ascii] = ['grün@bücher.example', 'grün@xn--bcher-kva.example']
  const signed = await docs.sign(id, { signer_email: ascii })
  assert.deepEqual([signed.status, signed.body.signer_email], [201, unicode])
  for (const signer_email of [unicode, ascii, 'grün@XN--BCHER-KVA.example'])
    assert.equal((await docs.sign(id, { signer_email })).body.type, 'urn:docmgr:problem:already-signed')
  await docs.database.pool.query(
    `INSERT INTO signatures.signatures (id, document_id, signer_email, signer_name)
     VALUES (gen_random_uuid(), gen_random_uuid(), $1, 'Earlier')`,
    [ascii],
  )
  for (const address of [unicode, ascii]) {
    const found = await docs.get(`/signatures?signer_email=${encodeURIComponent(address)}`)
    assert.deepEqual(names(found).toSorted(), [unicode, ascii].toSorted())
  }
})

test('addresses of every script are compared without case, over their index', async () => {
  const { id } = docs.documents.create()
  assert.equal((await docs.sign(id, { signer_email: 'Почта@Пример.рф' })).status, 201)
  assert.equal(
    (await docs.sign(id, { signer_email: 'почта@пример.РФ' })).body.type,
    'urn:docmgr:problem:already-signed',
  )
  for (const address of ['почта@пример.рф', 'ПОЧТА@ПРИМЕР.РФ']) {
    const found = await docs.get(`/signatures?signer_email=${encodeURIComponent(address)}`)
    assert.deepEqual(names(found), ['Почта@Пример.рф'])
  }
  const { pool } = docs.database
  await pool.query(
    `INSERT INTO signatures.signatures (id, document_id, signer_email, signer_name)
     SELECT gen_random_uuid(), gen_random_uuid(), 'bulk' || n || '@example.com', 'Bulk' FROM generate_series(1, 5000) n`,
  )
  await pool.query('ANALYZE signatures.signatures')
  const { text, values } = listStatement({ signerEmails: ['Bulk7@example.com'] }, { skip: 0, limit: 10 })
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values)
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  assert.match(plan, /Index Scan Backward using signatures_signer_email_signed_at/)
  assert.doesNotMatch(plan, /Sort|Seq Scan/)
})
