import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queryRows } from '../../db/query.ts'
import type { Document } from '../../domain/document-fields.ts'
import { openCache } from '../../ports/cache/open.ts'
import { systemClock } from '../../runtime/clock.ts'
import { createUuidV7 } from '../../runtime/ids.ts'
import { createUnlimited } from '../../runtime/limiter.ts'
import { silentLogger } from '../../runtime/logger.ts'
import { createMetrics } from '../../runtime/metrics.ts'
import { testAuthenticator } from '../../testing/authenticator.ts'
import { testContext } from '../../testing/context.ts'
import { appTokens } from '../../testing/test-app.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { problemFields, startTestService } from '../../testing/test-service.ts'
import { createDocumentRole } from './role.ts'

const service = await startTestService(
  {
    roles: ['document'],
    settings: { listen: { trustedProxies: ['loopback'] } },
  },
  TEST_FILE,
)

const get = (path: string, headers?: Record<string, string>) =>
  service.request('GET', `/documents/${path}`, undefined, headers)
const stats = async (id: string) => (await get(`${id}/stats`)).json()

test('answers the document as it was created, by every form of its id', async () => {
  const document = await service.create()
  const forms = [
    document.id,
    document.id.toUpperCase(),
    document.id.replaceAll('-', ''),
    `urn:uuid:${document.id}`,
  ]
  for (const form of forms) {
    const response = await get(form)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('etag'), '"1"')
    assert.match(response.headers.get('cache-control')!, /private/)
    assert.deepEqual(await response.json(), document)
  }
})

test('answers the same from the table as from the cache', async () => {
  const document = await service.create()
  const read = await startReader()
  assert.deepEqual(await (await get(document.id)).json(), await read(document.id))
  assert.deepEqual(await read(document.id), document)
})

/** Reads documents as another process on the same database does, whose cache is empty. */
async function startReader(): Promise<(id: string) => Promise<Document>> {
  const { database, blobs } = service
  const log = silentLogger
  const clock = systemClock
  const cache = await openCache('memory:', { database, entries: 9, viewerSecret: 'x', clock, log })
  const limits = { contentBytes: 1_024, extractionTime: 1_000 }
  const role = createDocumentRole({
    database,
    blobs,
    cache,
    clock,
    newId: createUuidV7(),
    log,
    limiter: createUnlimited(),
    limits,
    extractor: { extract: () => Promise.reject(new Error('not asked')) },
    drawer: { read: () => Promise.reject(new Error('not asked')) },
    findInTexts: () => Promise.reject(new Error('not asked')),
    authenticator: testAuthenticator('open', appTokens),
    metrics: createMetrics(),
  })
  return async (id) => (await role.documents.get(id, testContext())) as Document
}

test('answers 304 to a client that has the version, and not after a change', async () => {
  const { id } = await service.create()
  const response = await get(id, { 'if-none-match': '"1"' })
  assert.deepEqual([response.status, response.headers.get('etag'), await response.text()], [304, '"1"', ''])
  await service.request('PATCH', `/documents/${id}`, { title: 'New' })
  assert.equal((await get(id, { 'if-none-match': 'W/"1"' })).status, 200)
  assert.equal((await get(id, { 'if-none-match': '"1", "2"' })).status, 304)
})

test('counts each read, each viewer once, and neither HEAD nor downloads nor who looks again', async () => {
  const { id } = await service.create()
  for (let n = 0; n < 3; n++) await get(id)
  await get(id, { 'x-forwarded-for': '203.0.113.9' })
  await get(id, { authorization: service.authorization({ id: 'u1', email: 'u1@example.com' }) })
  await get(id, {
    authorization: service.authorization({ id: 'u1', email: 'u1@example.com' }),
    'x-forwarded-for': '203.0.113.10',
  })
  assert.equal((await service.request('HEAD', `/documents/${id}`)).status, 200)
  await (await get(`${id}/content`)).text()
  assert.equal((await get(`${id}?view=false`)).status, 200)
  assert.equal((await get(`${id}?view=no`)).status, 422)
  assert.deepEqual(await stats(id), { document_id: id, total_views: 6, unique_views: 3 })
})

test('an unknown id is 404, its statistics are zeros, and an invalid id is 422', async () => {
  const unknown = '06b00000-0000-7000-8000-000000000000'
  for (const path of [unknown, `${unknown}/content`]) assert.equal((await get(path)).status, 404)
  assert.deepEqual(await stats(unknown), { document_id: unknown, total_views: 0, unique_views: 0 })
  for (const path of ['not-a-uuid', 'xyz/stats', 'xyz/content']) {
    const response = await get(path)
    assert.equal(response.status, 422)
    assert.deepEqual(await problemFields(response), ['path.id'])
  }
})

test('reads a row that another program wrote, without content', async () => {
  const id = '06b00000-0000-7000-8000-00000000000b'
  await queryRows(
    service.database.pool,
    `INSERT INTO documents.documents (id, title, content_size, created_by) VALUES ($1, 'bulk', 0, 'bulk@example.com')`,
    [id],
  )
  const document = (await (await get(id)).json()) as Record<string, unknown>
  assert.deepEqual([document['s3_key'], document['content_sha256'], document['version']], [null, null, 1])
  assert.equal((await get(`${id}/content`)).status, 404)
})
