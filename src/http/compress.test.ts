import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { TEST_FILE } from '../testing/test-file.ts'
import { startTestService } from '../testing/test-service.ts'

const service = await startTestService({ roles: ['document', 'ws'] }, TEST_FILE)
const TEXT = 'The rent is due on the third day of each month. '.repeat(200)
const upload = async (content: string, type: string): Promise<{ id: string; content_sha256: string }> => {
  const url = `${service.url}/documents?title=Lease&created_by=ada@example.com`
  const response = await fetch(url, { method: 'POST', body: content, headers: { 'content-type': type } })
  return (await response.json()) as { id: string; content_sha256: string }
}
const text = await upload(TEXT, 'text/plain')
const contentOf = ({ id }: { id: string }): string => `/documents/${id}/content`
for (let n = 0; n < 5; n++) await service.create()

interface Raw {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** The response as it is on the wire. */
async function send(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Raw> {
  const sent = request(`${service.url}${path}`, { method, headers, timeout: 10_000 }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode!, headers: response.headers, body: await buffer(response) }
}
const gzip = { 'accept-encoding': 'gzip' }

test('lists are compressed as the client accepts it, and Vary says so', async () => {
  const plain = await send('/documents')
  assert.deepEqual([plain.headers['content-encoding'], plain.headers.vary], [undefined, 'Accept-Encoding'])
  for (const [accepted, coding] of [
    ['gzip', 'gzip'],
    ['gzip, deflate, br', 'gzip'],
    ['br;q=1, gzip;q=0.5', 'br'],
    ['gzip;q=0, br', 'br'],
    ['deflate', undefined],
    ['identity, gzip;q=0.1', undefined],
    ['', undefined],
  ] as const) {
    const { headers, body } = await send('/documents', { 'accept-encoding': accepted })
    assert.deepEqual([headers['content-encoding'], headers.vary], [coding, 'Accept-Encoding'], accepted)
    const decoded = coding === 'gzip' ? gunzipSync(body) : coding === 'br' ? brotliDecompressSync(body) : body
    assert.equal(decoded.toString(), plain.body.toString())
    assert.equal(headers['content-length'], String(body.length))
    assert.deepEqual(
      [headers['content-type'], headers['x-content-type-options'], headers['cache-control']],
      ['application/json; charset=utf-8', 'nosniff', 'no-store'],
    )
  }
})

test('small answers, documents with their version, and credentials are not compressed', async () => {
  const { id } = await service.create({ title: '𝔸'.repeat(255) })
  const document = await send(`/documents/${id}`, gzip)
  assert.ok(document.body.length > 1_024)
  assert.deepEqual([document.headers['content-encoding'], document.headers.etag], [undefined, '"1"'])
  assert.equal((await send('/health', gzip)).headers['content-encoding'], undefined)
  const token = await send(
    `/auth/token?user_id=${encodeURIComponent('漢'.repeat(255))}&email=ada@example.com`,
    gzip,
  )
  assert.deepEqual([token.status, token.headers['content-encoding']], [200, undefined])
  assert.equal(token.headers.vary, undefined)
})

test('a file is compressed with a weak tag, and HEAD and 304 agree with it', async () => {
  const path = '/docs/swagger-ui.css'
  const plain = await send(path)
  const tag = plain.headers.etag!
  assert.doesNotMatch(tag, /^W/)
  const { headers, body } = await send(path, gzip)
  assert.equal(gunzipSync(body).toString(), plain.body.toString())
  assert.deepEqual([headers.etag, headers.vary], [`W/${tag}`, 'Accept-Encoding'])
  for (const of of [path, '/documents']) {
    const head = await send(of, gzip, 'HEAD')
    assert.deepEqual([head.status, head.headers['content-encoding'], head.body.length], [200, 'gzip', 0])
    assert.equal(head.headers['content-length'], undefined)
  }
  for (const known of [tag, `W/${tag}`]) {
    const same = await send(path, { ...gzip, 'if-none-match': known })
    assert.deepEqual(
      [same.status, same.headers.etag, same.headers.vary],
      [304, `W/${tag}`, 'Accept-Encoding'],
    )
    assert.equal(same.headers['content-encoding'], undefined)
  }
})

test('contents are sent as they are stored, with the tag and the ranges of their bytes', async () => {
  const path = contentOf(text)
  const { headers, body } = await send(path, gzip)
  assert.equal(body.toString(), TEXT)
  assert.deepEqual([headers['content-encoding'], headers.etag], [undefined, `"${text.content_sha256}"`])
  assert.equal(headers['content-length'], String(TEXT.length))
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
  const range = await send(path, { ...gzip, range: 'bytes=4-7' })
  assert.deepEqual([range.status, range.body.toString()], [206, TEXT.slice(4, 8)])
  assert.equal(range.headers['content-encoding'], undefined)
})
