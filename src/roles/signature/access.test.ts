/** Who may sign for whom, and who sees what of signatures, where tokens are required. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApiKey, sha256Of } from '../../auth/api-keys.ts'
import { createKeyStore } from '../../db/key-store.ts'
import { createPersonStore } from '../../db/person-store.ts'
import { createGrants } from '../../testing/grants.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { newId, startTestService } from '../../testing/test-service.ts'

/** A PNG of one pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const OWNER = { id: 'ada', email: 'ada@example.com' }
const SIGNER = { id: 'bob', email: 'Bob@Example.com' }
const READER = { id: 'rea', email: 'rea@example.com' }
const STRANGER = { id: 'eve', email: 'eve@example.com' }
const ADMIN = { id: 'root', email: 'root@example.com', admin: true }

const service = await startTestService(
  { roles: ['document', 'signature'], settings: { auth: { mode: 'required' } } },
  TEST_FILE,
)
const { pool } = service.database
const [grants, people, keys] = [createGrants(service), createPersonStore(pool), createKeyStore(pool)]
const bearer = (user: typeof OWNER) => ({ authorization: `Bearer ${service.token(user)}` })
const get = (path: string, user: typeof OWNER) => service.get(path, bearer(user))

/** A document of the owner's, which signer and reader may read, and which the signer has signed. */
async function signedDocument() {
  const body = { title: 'Lease', content: 'x', created_by: OWNER.email }
  const { id } = (await service.send('POST', '/documents', body, bearer(OWNER))).body as { id: string }
  for (const { email } of [SIGNER, READER]) await grants.give(id, email, 'reader')
  const fields = { signer_email: 'bob@example.com', signature_data: PNG }
  const { status, body: signature } = await service.sign(id, fields, bearer(SIGNER))
  assert.equal(status, 201, JSON.stringify(signature))
  return { id, signature: signature as { id: string } }
}

const signed = await signedDocument()

test('a signature is shown with its evidence to owner and signer, without it to other readers, and to nobody else', async () => {
  const path = `/signatures/${signed.signature.id}`
  for (const [user, status, data, address] of [
    [OWNER, 200, PNG, '127.0.0.1'],
    [SIGNER, 200, PNG, '127.0.0.1'],
    [ADMIN, 200, PNG, '127.0.0.1'],
    [READER, 200, null, null],
    [STRANGER, 404, undefined, undefined],
  ] as const) {
    const { status: found, body } = await get(path, user)
    assert.equal(found, status, user.id)
    assert.deepEqual([body.signature_data, body.client_address, body.ip_address], [data, address, address])
  }
  const unknown = newId()
  const missing = await get(`/signatures/${unknown}`, STRANGER)
  const foreign = await get(path, STRANGER)
  assert.equal(missing.body.detail.replace(unknown, ''), foreign.body.detail.replace(signed.signature.id, ''))
})

test('an image is for owner and signer; a reader is refused, and for others there is none', async () => {
  const path = `/signatures/${signed.signature.id}/image`
  for (const [user, status] of [
    [OWNER, 200],
    [SIGNER, 200],
    [READER, 403],
    [STRANGER, 404],
  ] as const)
    assert.equal((await get(path, user)).status, status, user.id)
})

test('lists have what one may see: of a document, and of all', async () => {
  const { id, signature } = signed
  const other = await signedDocument()
  const idsIn = async (path: string, user: typeof OWNER): Promise<string[]> =>
    (await get(path, user)).body.map((one: { id: string }) => one.id)
  assert.equal((await get(`/documents/${id}/signatures`, STRANGER)).status, 404)
  for (const user of [OWNER, SIGNER, READER])
    assert.deepEqual(await idsIn(`/documents/${id}/signatures`, user), [signature.id])
  assert.deepEqual(await idsIn('/signatures', SIGNER), [other.signature.id, signature.id])
  assert.deepEqual(await idsIn('/signatures', OWNER), [])
  const both = `/signatures?document_id=${id}&document_id=${other.id}&total=true`
  for (const user of [OWNER, SIGNER, READER, ADMIN])
    assert.deepEqual(await idsIn(both, user), [other.signature.id, signature.id])
  const nothing = await get(both, STRANGER)
  assert.deepEqual([nothing.body, nothing.headers.get('x-total-count')], [[], '0'])
  const shown = async (user: typeof OWNER) => {
    const [first] = (await get(`/documents/${id}/signatures?include=signature_data`, user)).body
    return [first.signature_data, first.client_address]
  }
  assert.deepEqual(await shown(OWNER), [PNG, '127.0.0.1'])
  assert.deepEqual(await shown(READER), [null, null])
})

test('a page goes on only for whom it was', async () => {
  await signedDocument()
  const { headers } = await get('/signatures?limit=1', SIGNER)
  const next = /<([^>]+)>/.exec(headers.get('link')!)![1]!
  assert.equal((await get(next, SIGNER)).status, 200)
  assert.equal((await get(next, READER)).status, 422)
})

test('one signs in the own name; in that of others administrators do, and keys with the scope for it', async () => {
  const body = { title: 'Lease', content: 'x', created_by: OWNER.email }
  const { id } = (await service.send('POST', '/documents', body, bearer(OWNER))).body as { id: string }
  const sign = async (signer_email: string, headers: Record<string, string>) => {
    const { status, body: answer } = await service.sign(id, { signer_email }, headers)
    return status === 201 ? 201 : [status, answer.errors?.[0]?.field]
  }
  assert.deepEqual(await sign('one@example.com', bearer(OWNER)), [403, 'signer_email'])
  assert.equal(await sign(OWNER.email.toUpperCase(), bearer(OWNER)), 201)
  assert.equal(await sign('two@example.com', bearer(ADMIN)), 201)
  const { id: personId } = await people.put(newId(), OWNER.email)
  const keyWith = async (scopes: Parameters<typeof keys.add>[0]['scopes']) => {
    const key = createApiKey()
    const expiresAt = new Date(Date.now() + 60_000).toISOString()
    const secretSha256 = sha256Of(key.secret)
    await keys.add({ id: key.id, name: 'ci', secretSha256, personId, scopes, expiresAt })
    return { authorization: `Bearer ${key.text}` }
  }
  const plain = await keyWith(['read', 'write'])
  assert.deepEqual(await sign('three@example.com', plain), [403, 'signer_email'])
  assert.equal(await sign('three@example.com', await keyWith(['read', 'write', 'sign:for-others'])), 201)
})

test('a signature says who has signed for the signer', async () => {
  const { id, signature } = signed
  assert.equal((await get(`/signatures/${signature.id}`, OWNER)).body.signed_by, null)
  const { status, body } = await service.sign(id, { signer_email: 'four@example.com' }, bearer(ADMIN))
  assert.deepEqual([status, body.signed_by], [201, ADMIN.email])
  for (const user of [OWNER, READER, ADMIN]) {
    assert.equal((await get(`/signatures/${body.id}`, user)).body.signed_by, ADMIN.email)
    const list = (await get(`/documents/${id}/signatures`, user)).body as { id: string; signed_by: string }[]
    assert.equal(list.find((one) => one.id === body.id)?.signed_by, ADMIN.email)
  }
})
