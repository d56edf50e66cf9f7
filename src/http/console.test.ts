import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { TEST_FILE } from '../testing/test-file.ts'
import { startTestService } from '../testing/test-service.ts'

/** compressed, as browsers load it */
const MAX_FIRST_PAGE_BYTES = 40 * 1024

const service = await startTestService({ roles: ['search'] }, TEST_FILE)
const page = await service.request('GET', '/')
const html = await page.text()
const files = [...html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, path]) => path!)

test('the page comes from this service only, under a strict policy', () => {
  assert.equal(page.status, 200)
  const policy = page.headers.get('content-security-policy')!
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/)
  assert.doesNotMatch(policy, /unsafe|https?:|\*/)
  assert.doesNotMatch(html, /https?:|<script>|<style|style=/)
  assert.ok(files.length >= 2 && files.every((path) => path.startsWith('/console/')), files.join())
})

test('every page of the console is the same file', async () => {
  for (const path of ['/status', '/d/019aa1b2-0000-7000-8000-000000000001', '/d/x/sign', '/?q=rent']) {
    const other = await service.request('GET', path)
    assert.equal(await other.text(), html, path)
  }
})

test('a wrong address is the page for a browser, and a problem for other clients', async () => {
  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
  const opened = await service.request('GET', '/nothing/here', undefined, { accept })
  assert.deepEqual([opened.status, await opened.text()], [404, html])
  assert.equal(opened.headers.get('content-security-policy'), page.headers.get('content-security-policy'))
  assert.equal(opened.headers.get('cache-control'), 'no-store')
  for (const other of ['*/*', 'application/json', 'text/htmlx']) {
    const answer = await service.request('GET', '/nothing/here', undefined, { accept: other })
    assert.equal(answer.headers.get('content-type'), 'application/problem+json', other)
  }
  const posted = await service.request('POST', '/nothing', {}, { accept })
  assert.equal(posted.headers.get('content-type'), 'application/problem+json')
})

test('the scripts of the first page have at most 40 KB, compressed', async () => {
  const known = new Set(files.filter((path) => path.endsWith('.js')))
  let bytes = 0
  // A set goes on with what is added while it is read.
  for (const path of known) {
    const text = await (await service.request('GET', path)).text()
    bytes += gzipSync(text).length
    for (const [, name] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) known.add(`/console/${name}`)
  }
  assert.ok(known.size > 0 && bytes <= MAX_FIRST_PAGE_BYTES, `${bytes} bytes in ${known.size} files`)
})

test('files are kept for ever by browsers, and are sent as the build has compressed them', async () => {
  for (const path of files) {
    for (const coding of ['br', 'gzip', 'identity']) {
      const file = await service.request('GET', path, undefined, { 'accept-encoding': coding })
      assert.equal(file.status, 200, path)
      assert.equal(file.headers.get('cache-control'), 'public, max-age=31536000, immutable')
      assert.equal(file.headers.get('content-encoding'), coding === 'identity' ? null : coding)
      assert.equal(file.headers.get('vary'), 'Accept-Encoding')
      await file.arrayBuffer()
    }
  }
  const etag = page.headers.get('etag')!
  const again = await service.request('GET', '/', undefined, { 'if-none-match': etag })
  assert.deepEqual([again.status, again.headers.get('etag')], [304, etag])
})

test('no other file of the build is served', async () => {
  for (const name of ['index.html', '..%2fcli.js', 'main.js.map', '__proto__'])
    assert.equal((await service.request('GET', `/console/${name}`)).status, 404, name)
})
