import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileName } from '../../http/content-delivery.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const service = await startTestService({ roles: ['document'] }, TEST_FILE)
const { id, content_sha256 } = await service.create({ title: 'Zahlen № 1', content: '0123456789' })
const etag = `"${content_sha256}"`

const get = (headers?: Record<string, string>, method = 'GET') =>
  service.request(method, `/documents/${id}/content`, undefined, headers)

test('answers the content as an attachment that browsers do not run', async () => {
  const response = await get()
  assert.equal(response.status, 200)
  assert.equal(await response.text(), '0123456789')
  const { headers } = response
  assert.equal(headers.get('content-type'), 'text/plain')
  assert.equal(headers.get('content-length'), '10')
  assert.equal(
    headers.get('content-disposition'),
    `attachment; filename="Zahlen No 1.txt"; filename*=UTF-8''Zahlen%20%E2%84%96%201.txt`,
  )
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.equal(headers.get('content-security-policy'), 'sandbox')
  assert.equal(headers.get('accept-ranges'), 'bytes')
  assert.equal(headers.get('etag'), etag)
  assert.match(headers.get('cache-control')!, /private/)
})

test('HEAD answers the same headers without the content', async () => {
  const response = await get({}, 'HEAD')
  assert.deepEqual(
    [response.status, response.headers.get('content-length'), await response.text()],
    [200, '10', ''],
  )
  assert.equal(response.headers.get('etag'), etag)
})

test('a name of any script is in the header in ASCII, and as it is by RFC 8187', async () => {
  const cases: [title: string, ascii: string, extended?: string][] = [
    ['plain name', 'plain name'],
    ['Grüße', 'Gru_e', 'Gr%C3%BC%C3%9Fe'],
    ['Naïve Café', 'Naive Cafe', 'Na%C3%AFve%20Caf%C3%A9'],
    ['Договор №1', '_ No1', '%D0%94%D0%BE%D0%B3%D0%BE%D0%B2%D0%BE%D1%80%20%E2%84%961'],
    ['契約 ü', '_ u', '%E5%A5%91%E7%B4%84%20%C3%BC'],
    ['💥', '_', '%F0%9F%92%A5'],
    ['a"b%41', 'a\\"b%41', 'a%22b%2541'],
  ]
  for (const [title, ascii, extended] of cases) {
    const { id } = await service.create({ title })
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await service.request(method, `/documents/${id}/content`)
      assert.equal(status, 200, `${method} ${title}`)
      const name = `attachment; filename="${ascii}.txt"`
      const expected = extended === undefined ? name : `${name}; filename*=UTF-8''${extended}.txt`
      assert.equal(headers.get('content-disposition'), expected)
    }
  }
})

test('answers 304 to a client that has the content', async () => {
  assert.equal((await get({ 'if-none-match': `"x", ${etag}` })).status, 304)
  assert.equal((await get({ 'if-none-match': '"x"' })).status, 200)
})

test('answers one range of bytes', async () => {
  const cases: [string, string, string][] = [
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
  ]
  for (const [range, body, contentRange] of cases) {
    const response = await get({ range })
    assert.equal(response.status, 206, range)
    assert.equal(response.headers.get('content-length'), String(body.length))
    assert.equal(response.headers.get('content-range'), contentRange)
    assert.equal(await response.text(), body)
  }
})

test('a range outside of the content is 416 with the size', async () => {
  for (const range of ['bytes=10-', 'bytes=99-100', 'bytes=-0']) {
    const response = await get({ range })
    assert.equal(response.status, 416, range)
    assert.equal(response.headers.get('content-range'), 'bytes */10')
    assert.match(response.headers.get('content-type')!, /problem\+json/)
    assert.match(await response.text(), /range-not-satisfiable/)
  }
})

test('answers everything where the range is invalid, has several parts, or is for another content', async () => {
  for (const range of ['bytes=5-2', 'lines=1-2', 'bytes=0-1,4-5', 'bytes=a-b']) {
    assert.deepEqual(
      [(await get({ range })).status, await (await get({ range })).text()],
      [200, '0123456789'],
      range,
    )
  }
  const other = { range: 'bytes=0-1', 'if-range': '"other"' }
  assert.equal((await get(other)).status, 200)
  assert.equal((await get({ ...other, 'if-range': etag })).status, 206)
})

test('a title becomes a file name with one matching extension, and never a path', () => {
  const cases: [string, string, string][] = [
    ['report.pdf', 'application/pdf', 'report.pdf'],
    ['report', 'application/pdf; x=y', 'report.pdf'],
    ['report.txt', 'application/pdf', 'report.txt.pdf'],
    ['photo.jpeg', 'image/jpeg', 'photo.jpeg'],
    ['data.xyz', 'application/octet-stream', 'data.xyz'],
    ['../../etc/passwd', 'text/x-unknown', '__.._etc_passwd'],
    ['a\r\nb', 'text/x-unknown', 'a_b'],
    ['  ', 'text/plain', 'content.txt'],
    ['\u200b\u202e', 'text/plain', 'content.txt'],
    ['invoice\u202efdp.exe', 'application/pdf', 'invoicefdp.exe.pdf'],
    ['עב\u200fית\u2067x\u2069', 'text/plain', 'עביתx.txt'],
  ]
  for (const [title, type, name] of cases) assert.equal(fileName(title, type), name)
})
