import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TEST_FILE } from '../testing/test-file.ts'
import { startTestService } from '../testing/test-service.ts'

const service = await startTestService({ roles: ['search'] }, TEST_FILE)
const page = await service.request('GET', '/docs')
const html = await page.text()
const files = [...html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, path]) => path!)

test('the page and its files come from this service only, under a strict policy', async () => {
  assert.equal(page.status, 200)
  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
  const policy = page.headers.get('content-security-policy')!
  assert.match(policy, /default-src 'none'/)
  assert.doesNotMatch(policy, /unsafe|https?:|\*/)
  assert.doesNotMatch(html, /https?:|<script>|<style|style=/)
  assert.equal(files.length, 3)
  for (const path of files) {
    const file = await service.request('GET', path)
    assert.equal(file.status, 200, path)
    assert.match(
      file.headers.get('content-type')!,
      path.endsWith('.css') ? /^text\/css/ : /^text\/javascript/,
    )
    assert.ok((await file.text()).length > 100)
  }
})

test('a browser that has a file does not get it again', async () => {
  const first = await service.request('HEAD', files[0]!)
  const etag = first.headers.get('etag')!
  const second = await service.request('GET', files[0]!, undefined, { 'if-none-match': etag })
  assert.deepEqual([second.status, second.headers.get('etag')], [304, etag])
})

test('no other file of the build is served', async () => {
  for (const name of ['LICENSE', '..%2fcli.js', 'start.js.map'])
    assert.equal((await service.request('GET', `/docs/${name}`)).status, 422, name)
})
