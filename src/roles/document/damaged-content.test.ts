import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { Document } from '../../domain/document-fields.ts'
import { type Bucket } from '../../ports/blobs/port.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const SMALL = 200_000
const LARGE = 3_000_000

const service = await startTestService({ roles: ['document', 'signature'] }, TEST_FILE)

/** A document with these bytes as its content. */
async function upload(bytes: Uint8Array): Promise<Document> {
  const headers = { 'content-type': 'application/octet-stream' }
  const query = 'title=Plan&created_by=ada@example.com'
  const response = await service.request('POST', `/documents?${query}`, bytes, headers)
  assert.equal(response.status, 201)
  return (await response.json()) as Document
}

const replace = (bucket: Bucket, key: string, bytes: Uint8Array) =>
  service.blobs.put(bucket, key, bytes, { contentType: 'x/y', maxBytes: LARGE })
const content = (id: string, headers: Record<string, string> = {}, method = 'GET') =>
  service.request(method, `/documents/${id}/content`, undefined, headers)

async function assertDamaged(response: Response, why: RegExp): Promise<void> {
  assert.equal(response.status, 500)
  const { type, status, detail } = (await response.json()) as { type: string; status: number; detail: string }
  assert.deepEqual([type, status], ['urn:docmgr:problem:content-damaged', 500])
  assert.match(detail, why)
}

async function damages(): Promise<number> {
  const text = await service.metrics.registry.metrics()
  const values = [...text.matchAll(/^docmgr_blobs_damaged_total\{.*\} (\d+)$/gm)]
  return values.reduce((sum, [, value]) => sum + Number(value), 0)
}

test('an altered, shortened or missing content is a problem of its own, also in part, and is counted', async () => {
  const bytes = randomBytes(SMALL)
  const { id } = await upload(bytes)
  const key = `${id}/content`
  const part = { range: 'bytes=10-19' }
  const before = await damages()
  const altered = Buffer.from(bytes)
  altered[100]! ^= 1
  await replace('documents', key, altered)
  await assertDamaged(await content(id), /SHA-256/)
  await assertDamaged(await content(id, part), /SHA-256/)
  await replace('documents', key, bytes.subarray(1))
  await assertDamaged(await content(id), /has 199999 bytes instead of 200000/)
  await assertDamaged(await content(id, part), /has 199999 bytes/)
  await service.blobs.delete('documents', key)
  await assertDamaged(await content(id), /is missing/)
  await assertDamaged(await content(id, { range: 'bytes=-1' }), /is missing/)
  assert.equal((await damages()) - before, 6)
  await replace('documents', key, bytes)
  assert.deepEqual(Buffer.from(await (await content(id)).arrayBuffer()), bytes)
})

test('a large content that is altered breaks off before its end', async () => {
  const bytes = randomBytes(LARGE)
  const { id, content_sha256 } = await upload(bytes)
  const altered = Buffer.from(bytes)
  altered[10]! ^= 1
  await replace('documents', `${id}/content`, altered)
  const before = await damages()
  const response = await content(id)
  assert.equal(response.status, 200)
  await assert.rejects(response.arrayBuffer())
  assert.equal((await damages()) - before, 1)
  // A part of it is sent unchecked, with the hash of the whole for the client.
  const part = await content(id, { range: 'bytes=100-199' })
  assert.equal(part.status, 206)
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(100, 200))
  const digest = Buffer.from(content_sha256!, 'hex').toString('base64')
  assert.equal(part.headers.get('repr-digest'), `sha-256=:${digest}:`)
  // All of it as a range is checked.
  await assert.rejects((await content(id, { range: 'bytes=0-' })).arrayBuffer())
  await replace('documents', `${id}/content`, bytes.subarray(0, LARGE - 1))
  await assertDamaged(await content(id), /bytes instead of 3000000/)
  await assertDamaged(await content(id, { range: 'bytes=100-199' }), /bytes instead of 3000000/)
})

test('HEAD and conditional requests do not read the content', async () => {
  const { id, content_sha256 } = await upload(randomBytes(SMALL))
  await service.blobs.delete('documents', `${id}/content`)
  assert.equal((await content(id, {}, 'HEAD')).status, 200)
  assert.equal((await content(id, { 'if-none-match': `"${content_sha256}"` })).status, 304)
})

test('storage that cannot be read now is unavailable, not damaged', async () => {
  const { id } = await upload(randomBytes(SMALL))
  const files = await readdir(join(service.blobFolder, 'documents'), { recursive: true })
  const file = join(
    service.blobFolder,
    'documents',
    files.find((name) => name.includes(`${id},content`))!,
  )
  const folder = dirname(file)
  await rename(folder, `${folder}.away`)
  await writeFile(folder, '')
  const before = await damages()
  assert.equal((await content(id)).status, 503)
  assert.equal(await damages(), before)
})

test('a damaged signature image is a problem of its own', async () => {
  const { id } = await service.create()
  const png =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkeM9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  const signed = await service.sign(id, { signature_data: png })
  assert.equal(signed.status, 201)
  const path = `/signatures/${signed.body.id}`
  const key = `${signed.body.id}/signature.png`
  const bytes = Buffer.from(png, 'base64')
  bytes[bytes.length - 1]! ^= 1
  await replace('signatures', key, bytes)
  await assertDamaged(await service.request('GET', `${path}/image`), /SHA-256/)
  await assertDamaged(await service.request('GET', path), /SHA-256/)
  await service.blobs.delete('signatures', key)
  await assertDamaged(await service.request('GET', `${path}/image`), /is missing/)
})

test('contents are read whole and right under their hash', async () => {
  for (const size of [1, SMALL, 1024 * 1024, 1024 * 1024 + 1, LARGE]) {
    const bytes = randomBytes(size)
    const { id } = await upload(bytes)
    const response = await content(id)
    const read = Buffer.from(await response.arrayBuffer())
    assert.ok(read.equals(bytes))
    assert.equal(response.headers.get('etag'), `"${createHash('sha256').update(read).digest('hex')}"`)
  }
})
