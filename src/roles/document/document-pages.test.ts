import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { pageKey } from '../../domain/content-key.ts'
import { docx, DOCX_TYPE, pdf } from '../../testing/sample-files.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const service = await startTestService(
  { roles: ['document'], settings: { limits: { extractionTime: 60_000 } } },
  TEST_FILE,
)
const { blobs } = service

async function upload(content: Buffer, type: string): Promise<{ id: string; content_sha256: string }> {
  const form = new FormData()
  form.set('created_by', 'ada@example.com')
  form.set('title', 'Lease')
  form.set('file', new Blob([content as Uint8Array<ArrayBuffer>], { type }))
  const response = await fetch(`${service.url}/documents`, { method: 'POST', body: form })
  assert.equal(response.status, 201)
  return (await response.json()) as { id: string; content_sha256: string }
}

const get = (id: string, path: string, headers: Record<string, string> = {}) =>
  service.request('GET', `/documents/${id}/pages${path}`, undefined, headers)
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

test('a page is drawn once, kept with its hash, and drawn again where that does not fit', async () => {
  const { id, content_sha256 } = await upload(pdf(['The rent is due.', 'Ends here.']), 'application/pdf')
  const { body } = await service.get(`/documents/${id}/pages`)
  const size = { width: 612, height: 792 }
  assert.deepEqual(body, {
    total: 2,
    pages: [
      { page: 1, ...size },
      { page: 2, ...size },
    ],
  })
  const first = await get(id, '/2')
  assert.equal(first.status, 200)
  assert.equal(first.headers.get('content-type'), 'image/png')
  assert.equal(first.headers.get('cache-control'), 'private, no-cache')
  assert.equal(first.headers.get('cross-origin-resource-policy'), 'same-origin')
  const png = await bytesOf(first)
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1224, 1584])
  const small = await bytesOf(await get(id, '/2?scale=1'))
  assert.equal(small.readUInt32BE(16), 612)

  const key = pageKey(content_sha256, 'page-2-at-2')
  const kept = await buffer((await blobs.get('previews', key))!)
  assert.deepEqual(kept.subarray(32), png)
  const etag = first.headers.get('etag')!
  assert.equal((await get(id, '/2', { 'if-none-match': etag })).status, 304)
  // Another picture in its place, such as of another page, is not shown.
  const other = await buffer((await blobs.get('previews', pageKey(content_sha256, 'page-2-at-1')))!)
  for (const altered of [other, kept.subarray(0, 10), Buffer.alloc(0)]) {
    await blobs.put('previews', key, altered, { contentType: 'x/y', maxBytes: 1e6 })
    assert.deepEqual(await bytesOf(await get(id, '/2')), png)
  }
  await blobs.delete('previews', key)
  assert.deepEqual(await bytesOf(await get(id, '/2')), png)
})

test('a page that is not there, or cannot be, says what would be right', async () => {
  const { id } = await upload(pdf(['one', 'two']), 'application/pdf')
  const cases: [id: string, path: string, status: number, type: string, detail: RegExp][] = [
    [id, '/3', 404, 'page-not-found', /path\.page: must be a whole number from 1 to 2/],
    [id, '/0', 422, 'validation-failed', /path\.page: must be a whole number from 1 to 100000/],
    [id, '/x', 422, 'validation-failed', /path\.page/],
    [id, '/1?scale=4', 422, 'validation-failed', /query\.scale: must be a whole number from 1 to 3/],
  ]
  const word = await upload(docx('The rent is due.'), DOCX_TYPE)
  cases.push([
    word.id,
    '/1',
    404,
    'page-not-found',
    /only PDF, PNG, JPEG and TIFF have pages; .* read its text/,
  ])
  const broken = await upload(Buffer.from('%PDF-1.4\n1 0 obj\nnothing'), 'application/pdf')
  cases.push([broken.id, '/1', 422, 'page-not-drawable', /cannot be drawn: malformed PDF/])
  cases.push([broken.id, '', 422, 'page-not-drawable', /cannot be drawn: malformed PDF/])
  for (const [of, path, status, type, detail] of cases) {
    const { status: got, body } = await service.get(`/documents/${of}/pages${path}`)
    assert.deepEqual([got, body.type], [status, `urn:docmgr:problem:${type}`], path)
    assert.match(body.detail, detail)
  }
  const sizes = await service.get(`/documents/${word.id}/pages`)
  assert.deepEqual([sizes.status, sizes.body], [200, { total: 0, pages: [] }])
})

test('what several ask for at the same time is drawn once', async () => {
  const { id } = await upload(pdf(['Asked for at once.']), 'application/pdf')
  const answers = await Promise.all(Array.from({ length: 8 }, () => get(id, '/1')))
  const tags = new Set(answers.map((answer) => answer.headers.get('etag')))
  assert.deepEqual([answers.map(({ status }) => status), tags.size], [Array(8).fill(200), 1])
})
