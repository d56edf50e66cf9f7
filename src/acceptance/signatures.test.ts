import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Document, Signature } from './facts.ts'
import { createDocument, problemOf, send, sendJson, sign, uniqueWord } from './requests.ts'
import { useTarget } from './target.ts'

const GONE = '019aa1b2-0000-7000-8000-00000000dead'
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const target = await useTarget()
const { document: documents, signature: base } = target.urls

test('a signature moves its document to signed, at once and in the cache too', async () => {
  const { id, content_sha256 } = await createDocument(documents)
  await send(`${documents}/documents/${id}`)
  const answer = await sign(base, id, {
    signature_data: 'base64encoded_signature_image_data_here',
    document_status: 'pending',
  })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  const { id: signatureId, signed_at, ip_address, client_address, ...others } = answer.body
  const { token_subject: _, signed_by: __, ...fields } = others
  assert.match(signatureId, /^[0-9a-f-]{36}$/)
  assert.match(signed_at, /Z$/)
  assert.equal(typeof ip_address, 'string')
  assert.equal(client_address, ip_address)
  assert.deepEqual(fields, {
    document_id: id,
    content_sha256,
    signer_email: 'bob@example.com',
    signer_name: 'Bob',
    signature_data: 'base64encoded_signature_image_data_here',
    document_status: 'signed',
  })
  const { body } = await send<Document>(`${documents}/documents/${id}`)
  assert.deepEqual([body.status, body.version], ['signed', 2])
})

test('signature data comes back as it was sent, and an image as an image', async () => {
  const { id } = await createDocument(documents)
  const samples = [PNG, `data:image/png;base64,${PNG}`, 'aGVsbG8=', 'just text', 'ünïcode ✍', '']
  for (const [index, signature_data] of samples.entries()) {
    const { status, body } = await sign(base, id, { signer_email: `s${index}@example.com`, signature_data })
    assert.equal(status, 201, JSON.stringify(body))
    assert.equal(body.signature_data, signature_data)
    assert.equal((await send<Signature>(`${base}/signatures/${body.id}`)).body.signature_data, signature_data)
    const image = await fetch(`${base}/signatures/${body.id}/image`)
    if (index > 1) {
      assert.equal(image.status, 404)
      continue
    }
    assert.equal(image.headers.get('content-type'), 'image/png')
    assert.equal(Buffer.from(await image.arrayBuffer()).toString('base64'), PNG)
  }
})

test('lists leave signature data out unless asked, newest first', async () => {
  const { id } = await createDocument(documents)
  assert.deepEqual((await send(`${base}/documents/${id}/signatures`)).body, [])
  const first = (await sign(base, id, { signature_data: PNG })).body.id
  const second = (await sign(base, id, { signer_email: 'eve@example.com', signature_data: PNG })).body.id
  const list = (query = '') => send<Signature[]>(`${base}/documents/${id}/signatures?${query}`)
  assert.deepEqual(
    (await list()).body.map(({ id, signature_data }) => [id, signature_data]),
    [
      [second, null],
      [first, null],
    ],
  )
  assert.deepEqual(
    (await list('include=signature_data&limit=1')).body.map(({ signature_data }) => signature_data),
    [PNG],
  )
  assert.ok(
    (await send<Signature[]>(`${base}/signatures?limit=200`)).body.some(
      (signature) => signature.id === second,
    ),
  )
  problemOf(await send(`${base}/signatures?limit=201`), 422, 'validation-failed')
  problemOf(await send(`${base}/documents/${GONE}/signatures`), 404, 'document-not-found')
  problemOf(await send(`${base}/signatures/${GONE}`), 404, 'signature-not-found')
})

test('one e-mail signs a document once, however it is written', async () => {
  const { id } = await createDocument(documents)
  const answers = await Promise.all([
    sign(base, id, { signer_email: 'Carol@Example.com' }),
    sign(base, id, { signer_email: 'carol@example.com' }),
  ])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409])
  problemOf(await sign(base, id, { signer_email: 'CAROL@EXAMPLE.COM' }), 409, 'already-signed')
  assert.equal((await sign(base, id, { signer_email: 'dave@example.com' })).status, 201)
})

test('what cannot be signed is refused and stays as it was', async () => {
  problemOf(await sign(base, GONE), 404, 'document-not-found')
  const { id } = await createDocument(documents)
  await sendJson('PATCH', `${documents}/documents/${id}`, { status: 'cancelled' })
  problemOf(await sign(base, id), 409, 'document-not-signable')
  const deleted = await createDocument(documents)
  await send(`${documents}/documents/${deleted.id}`, { method: 'DELETE' })
  problemOf(await sign(base, deleted.id), 404, 'document-not-found')
  assert.equal((await send<Document>(`${documents}/documents/${id}`)).body.status, 'cancelled')
})

test('what is wrong with a signature is named by field', async () => {
  const { id } = await createDocument(documents)
  const cases: [Record<string, unknown>, string[]][] = [
    [{ document_id: 'zzz' }, ['document_id']],
    [{ signer_email: 'nope' }, ['signer_email']],
    [{ signer_name: '' }, ['signer_name']],
    [{ signer_name: 'n'.repeat(256) }, ['signer_name']],
    [{ signature_data: 's'.repeat(1_048_577) }, ['signature_data']],
    [{ ip_address: '1'.repeat(46) }, ['ip_address']],
  ]
  for (const [fields, names] of cases) {
    const { errors } = problemOf(await sign(base, id, fields), 422, 'validation-failed')
    assert.deepEqual(
      errors.map(({ field }) => field),
      names,
    )
  }
})

test('signing and changing at once loses neither, and no title changes after the signature', async () => {
  const { id } = await createDocument(documents)
  const [signed, ...patched] = await Promise.all([
    sign(base, id),
    ...Array.from({ length: 6 }, (_, n) =>
      sendJson<Document>('PATCH', `${documents}/documents/${id}`, { title: `T${n}` }),
    ),
  ])
  assert.equal(signed!.status, 201)
  const { body } = await send<Document>(`${documents}/documents/${id}`)
  const titles = patched.flatMap((answer) => (answer.status === 200 ? [answer.body as Document] : []))
  assert.deepEqual([body.status, body.version], ['signed', 2 + titles.length])
  for (const answer of patched) if (answer.status !== 200) problemOf(answer, 409, 'title-frozen')
  for (const { status, version } of titles)
    assert.deepEqual([status, version < body.version], ['created', true])
})

test('only a signature leads to signed, then the title is frozen, and completed follows', async () => {
  const { id, title } = await createDocument(documents)
  const url = `${documents}/documents/${id}`
  const patch = (body: object) => sendJson<Document>('PATCH', url, body)
  for (const status of ['signed', 'completed']) problemOf(await patch({ status }), 409, 'status-not-allowed')
  problemOf(await patch({ status: 'signed', title: 'Other' }), 409, 'status-not-allowed')
  assert.equal((await send<Document>(url)).body.version, 1)
  assert.equal((await sign(base, id)).body.document_status, 'signed')
  const { errors } = problemOf(await patch({ title: 'Other' }), 409, 'title-frozen')
  assert.deepEqual(
    errors.map(({ field }) => field),
    ['title'],
  )
  assert.equal((await patch({ title, status: 'signed' })).body.version, 2)
  problemOf(await patch({ status: 'cancelled' }), 409, 'status-not-allowed')
  problemOf(await send(url, { method: 'DELETE' }), 409, 'document-not-deletable')
  assert.equal((await patch({ title, status: 'completed' })).body.status, 'completed')
  problemOf(await patch({ title: 'Other', status: 'archived' }), 409, 'title-frozen')
  assert.deepEqual((await send<Document>(url)).body.title, title)
})

test('the same Idempotency-Key signs once', async () => {
  const { id } = await createDocument(documents)
  const key = { 'idempotency-key': uniqueWord() }
  const body = { document_id: id, signer_email: 'bob@example.com', signer_name: 'Bob', signature_data: PNG }
  const answers = await Promise.all(
    Array.from({ length: 3 }, () => sendJson<Signature>('POST', `${base}/signatures`, body, key)),
  )
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 201, 201],
  )
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  assert.deepEqual(
    answers.map(({ body }) => body.signature_data),
    [PNG, PNG, PNG],
  )
})

test("a role's port has its own routes only", async () => {
  const { id } = await createDocument(documents)
  const [ofDocuments, ofSignatures] = target.roleUrls
  problemOf(await send(`${ofSignatures}/documents/${id}`), 404, 'not-found')
  problemOf(await send(`${ofDocuments}/signatures`), 404, 'not-found')
  assert.equal((await send(`${target.urls.http}/documents/${id}`)).status, 200)
  assert.equal((await send(`${target.urls.http}/documents/${id}/signatures`)).status, 200)
})
