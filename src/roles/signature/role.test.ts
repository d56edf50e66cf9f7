import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queryRows } from '../../db/query.ts'
import { GONE } from '../../ports/documents/contract-suite.ts'
import { testContext } from '../../testing/context.ts'
import { startSignatureService } from '../../testing/signature-service.ts'
import { TEST_FILE } from '../../testing/test-file.ts'

/** A PNG of one pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const docs = await startSignatureService({}, TEST_FILE)

const countRows = async (table: string): Promise<number> => {
  const [row] = await queryRows<{ count: number }>(
    docs.database.pool,
    `SELECT count(*) FROM signatures.${table}`,
  )
  return row!.count
}

test('a signature is stored, answered as it was sent, and its document is signed', async () => {
  const { id, content_sha256 } = docs.documents.create('sent')
  const { status, headers, body } = await docs.sign(id, {
    signature_data: 'aGVsbG8=',
    document_status: 'cancelled',
  })
  assert.equal(status, 201)
  assert.deepEqual(body, {
    id: body.id,
    document_id: id,
    signer_email: 'bob@example.com',
    signer_name: 'Bob',
    signed_at: body.signed_at,
    signature_data: 'aGVsbG8=',
    ip_address: '127.0.0.1',
    content_sha256,
    client_address: '127.0.0.1',
    token_subject: null,
    signed_by: null,
    document_status: 'signed',
  })
  assert.equal(headers.get('location'), `/signatures/${body.id}`)
  assert.equal((await docs.documents.exists(id, testContext())).status, 'signed')
  const { document_status: _, ...signature } = body
  assert.deepEqual((await docs.get(`/signatures/${body.id}`)).body, signature)
  const listed = { ...signature, signature_data: null }
  for (const path of [`/documents/${id}/signatures`, `/signatures?document_id=${id}`])
    assert.deepEqual((await docs.get(path)).body, [listed])
  assert.equal(await docs.signature.pending(), 0)
})

test('signature_data of every kind is answered as it was sent and is not in the database', async () => {
  const kinds = [
    PNG,
    `data:image/png;base64,${PNG}`,
    'Bob "the builder" – ünïcode \u0000\u0001 💥',
    '',
    'data:image/png;base64,',
    'x'.repeat(1024 * 1024),
  ]
  for (const data of kinds) {
    const { id } = docs.documents.create()
    const { status, body } = await docs.sign(id, { signature_data: data })
    assert.equal(status, 201)
    assert.equal(body.signature_data, data)
    assert.equal((await docs.get(`/signatures/${body.id}`)).body.signature_data, data)
    const rows = await queryRows(docs.database.pool, 'SELECT * FROM signatures.signatures WHERE id = $1', [
      body.id,
    ])
    if (data.length > 40) assert.ok(!JSON.stringify(rows).includes(data.slice(-30)))
    if (data === PNG) assert.equal(rows[0]!['image_type'], 'image/png')
  }
})

test('a signature without data has no image', async () => {
  const { id } = docs.documents.create()
  const { body } = await docs.sign(id)
  assert.equal(body.signature_data, null)
  assert.equal((await docs.get(`/signatures/${body.id}`)).body.signature_data, null)
  assert.equal(await docs.blobs.size('signatures', `${body.id}/signature.png`), undefined)
  assert.match((await docs.get(`/signatures/${body.id}/image`)).body.detail, /has no signature_data/)
})

test('the image is served with the type of its bytes, safe in a browser, and cacheable', async () => {
  const { id } = docs.documents.create()
  const { body } = await docs.sign(id, { signature_data: `data:image/jpeg;base64,${PNG}` })
  const image = await docs.get(`/signatures/${body.id}/image`)
  assert.equal(image.status, 200)
  assert.deepEqual(image.body, Buffer.from(PNG, 'base64'))
  assert.equal(image.headers.get('content-type'), 'image/png')
  assert.equal(image.headers.get('x-content-type-options'), 'nosniff')
  assert.match(image.headers.get('content-security-policy')!, /sandbox/)
  const again = await docs.get(`/signatures/${body.id}/image`, {
    'if-none-match': image.headers.get('etag')!,
  })
  assert.equal(again.status, 304)
  const head = await fetch(`${docs.url}/signatures/${body.id}/image`, { method: 'HEAD' })
  assert.equal(head.headers.get('content-length'), String(image.body.length))
})

test('data that is not an image is not served as an image', async () => {
  for (const data of ['aGVsbG8=', 'hello', Buffer.from('<html><script>').toString('base64')]) {
    const { id } = docs.documents.create()
    const { body } = await docs.sign(id, { signature_data: data })
    const image = await docs.get(`/signatures/${body.id}/image`)
    assert.equal(image.status, 404)
    assert.match(image.body.detail, /not an image/)
  }
  assert.equal(
    (await docs.get(`/signatures/${GONE}/image`)).body.type,
    'urn:docmgr:problem:signature-not-found',
  )
})

test('the default address is that of the client, also behind a trusted proxy', async () => {
  const address = async (fields: object, headers: Record<string, string>): Promise<string> =>
    (await docs.sign(docs.documents.create().id, fields, headers)).body.ip_address
  assert.equal(await address({}, { 'x-forwarded-for': '203.0.113.7' }), '203.0.113.7')
  assert.equal(await address({ ip_address: '8.8.8.8' }, {}), '8.8.8.8')
  assert.equal(await address({ ip_address: '2001:db8::1' }, {}), '2001:db8::1')
  assert.equal(await address({ ip_address: null }, {}), '127.0.0.1')
})

test('what the service saw is kept beside what the client says, and is never what the client says', async () => {
  const evidence = async (fields: object, headers: Record<string, string> = {}): Promise<unknown[]> => {
    const { id, content_sha256 } = docs.documents.create()
    const { body } = await docs.sign(id, fields, headers)
    const stored = (await docs.get(`/signatures/${body.id}`)).body
    for (const name of ['ip_address', 'client_address', 'token_subject', 'signed_by', 'content_sha256'])
      assert.equal(stored[name], body[name])
    assert.equal(body.content_sha256, content_sha256)
    return [body.ip_address, body.client_address, body.token_subject]
  }
  const forged = {
    content_sha256: 'f'.repeat(64),
    client_address: '8.8.4.4',
    token_subject: 'eve',
    signed_by: 'eve@example.com',
  }
  assert.deepEqual(await evidence(forged), ['127.0.0.1', '127.0.0.1', null])
  assert.deepEqual(await evidence({ ...forged, ip_address: '8.8.8.8' }), ['8.8.8.8', '127.0.0.1', null])
  const proxied = { 'x-forwarded-for': '8.8.4.4, 203.0.113.7' }
  assert.deepEqual(await evidence({ ip_address: '8.8.8.8' }, proxied), ['8.8.8.8', '203.0.113.7', null])
  const zoned = { 'x-forwarded-for': `fe80::1%${'z'.repeat(60)}` }
  assert.deepEqual(await evidence({}, zoned), ['fe80::1', 'fe80::1', null])
  for (const nonsense of ['nonsense', 'unknown', "'; drop table"])
    assert.deepEqual(await evidence({}, { 'x-forwarded-for': nonsense }), [null, null, null])
  const authorization = docs.authorization({ id: 'user-7', email: 'bob@example.com' })
  assert.deepEqual(await evidence({}, { authorization }), ['127.0.0.1', '127.0.0.1', 'user-7'])
})

test('a signature from before the columns of evidence is answered with nulls', async () => {
  const { id } = docs.documents.create()
  const { body } = await docs.sign(id)
  const forget = `UPDATE signatures.signatures SET content_sha256 = NULL, client_address = NULL WHERE id = $1`
  await docs.database.pool.query(forget, [body.id])
  const { content_sha256, client_address, token_subject } = (await docs.get(`/signatures/${body.id}`)).body
  assert.deepEqual([content_sha256, client_address, token_subject], [null, null, null])
})

const wrong: [field: string, fields: object][] = [
  ['document_id', { document_id: 'zzz' }],
  ['signer_email', { signer_email: 'nope' }],
  ['signer_name', { signer_name: '' }],
  ['signer_name', { signer_name: 'x'.repeat(256) }],
  ['signer_name', { signer_name: 'a\u0000b' }],
  ['signer_name', { signer_name: ' \u200b' }],
  ['signer_email', { signer_email: 'a@b-.com' }],
  ['signer_email', { signer_email: 'a\u202eb@example.com' }],
  ['signature_data', { signature_data: 'x'.repeat(1024 * 1024 + 1) }],
  ['signature_data', { signature_data: '\ud800' }],
  ['signature_data', { signature_data: 5 }],
  ['ip_address', { ip_address: '1.2.3' }],
  ['ip_address', { ip_address: `fe80::1%${'x'.repeat(40)}` }],
  ['document_status', { document_status: 1 }],
]
for (const [field, fields] of wrong) {
  test(`${JSON.stringify(fields).slice(0, 50)} is refused with the name of the field`, async () => {
    const { status, body } = await docs.sign(GONE, fields)
    assert.equal(status, 422)
    assert.equal(body.errors[0].field, field)
  })
}

test('an unknown document cannot be signed', async () => {
  const { status, body } = await docs.sign(GONE, { signature_data: PNG })
  assert.equal(status, 404)
  assert.equal(body.type, 'urn:docmgr:problem:document-not-found')
})

for (const state of ['completed', 'archived', 'cancelled'] as const) {
  test(`a ${state} document cannot be signed`, async () => {
    const { status, body } = await docs.sign(docs.documents.create(state).id)
    assert.equal(status, 409)
    assert.equal(body.type, 'urn:docmgr:problem:document-not-signable')
    assert.match(body.detail, new RegExp(state))
  })
}

test('a signer signs a document once, in any case of the address, and another signer can follow', async () => {
  const { id } = docs.documents.create()
  assert.equal(
    (await docs.sign(id, { signer_email: ' Bob@Example.com ' })).body.signer_email,
    'Bob@Example.com',
  )
  const blobs = await countRows('signatures')
  const second = await docs.sign(id, { signer_email: 'bob@example.COM', signature_data: PNG })
  assert.equal(second.status, 409)
  assert.equal(second.body.type, 'urn:docmgr:problem:already-signed')
  assert.equal(await countRows('signatures'), blobs)
  assert.equal((await docs.sign(id, { signer_email: 'carol@example.com' })).status, 201)
})

test('concurrent requests of one signer sign once, and those of two signers both succeed', async () => {
  const { id } = docs.documents.create()
  const same = await Promise.all(Array.from({ length: 6 }, () => docs.sign(id, { signature_data: PNG })))
  assert.deepEqual(same.map(({ status }) => status).sort(), [201, 409, 409, 409, 409, 409])
  const other = docs.documents.create().id
  const signers = ['a@example.com', 'b@example.com']
  const two = await Promise.all(signers.map((signer_email) => docs.sign(other, { signer_email })))
  assert.deepEqual(
    two.map(({ status }) => status),
    [201, 201],
  )
})

test('an unknown signature is not found', async () => {
  const { status, body } = await docs.get(`/signatures/${GONE}`)
  assert.equal(status, 404)
  assert.equal(body.type, 'urn:docmgr:problem:signature-not-found')
})

test('the same request with its Idempotency-Key gets the same answer, and its data are not stored with the key', async () => {
  const { id } = docs.documents.create()
  const headers = { 'idempotency-key': 'sign-1' }
  const fields = { signature_data: `data:image/png;base64,${PNG}` }
  const first = await docs.sign(id, fields, headers)
  assert.equal(first.status, 201)
  // Later the document is no longer signable; the answer stands.
  await docs.documents.updateStatus(id, 'archived', testContext())
  const again = await docs.sign(id, fields, headers)
  assert.deepEqual([again.status, again.body], [201, first.body])
  assert.equal((await docs.sign(id, { signature_data: 'other' }, headers)).status, 422)
  const rows = await queryRows(docs.database.pool, 'SELECT answer FROM signatures.idempotency_keys')
  assert.ok(!JSON.stringify(rows).includes(PNG.slice(0, 30)))
})

test('concurrent requests with one Idempotency-Key get the same answer', async () => {
  const { id } = docs.documents.create()
  const send = () => docs.sign(id, { signature_data: PNG }, { 'idempotency-key': 'sign-2' })
  const answers = await Promise.all(Array.from({ length: 4 }, send))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]))
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
})
