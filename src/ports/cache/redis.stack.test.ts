import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'redis'
import { queryRows } from '../../db/query.ts'
import type { KeptDocument } from '../../domain/document-fields.ts'
import { createLogger } from '../../runtime/logger.ts'
import { eventually } from '../../testing/deadline.ts'
import { documentIn, putInto, redisCli, redisKeysOf, useRedisCaches } from '../../testing/redis-cache.ts'
import { stack } from '../../testing/stack.ts'
import { sampleKeptDocument } from '../../testing/sample-documents.ts'
import { assertUniqueViews, assertViews } from '../../testing/view-counts.ts'
import { cacheContractSuite } from './contract-suite.ts'

const { open, pool, redis } = useRedisCaches()

cacheContractSuite('redis:', () => open())

test('redis-cli shows the document as JSON for at most 300 seconds, the views, and the viewers', async () => {
  const cache = await open()
  const document = sampleKeptDocument()
  await putInto(cache, document)
  for (const viewer of ['user:1', 'user:2', 'user:1']) await cache.read(document.id, viewer, 'all')
  const [key, , views, unique] = redisKeysOf(document.id) as [string, string, string, string]
  assert.ok((await redisCli('KEYS', 'document:*')).split('\n').includes(key))
  assert.equal(await redisCli('GET', key), JSON.stringify(document))
  assert.equal(await redisCli('GET', views), '3')
  assertUniqueViews(Number(await redisCli('PFCOUNT', unique)), 2)
  const seconds = Number(await redisCli('TTL', key))
  assert.ok(seconds > 290 && seconds <= 300, `${seconds} s`)
  assert.deepEqual(await Promise.all([key, views, unique].map((name) => redisCli('TYPE', name))), [
    'string',
    'string',
    'string',
  ])
  assert.equal((await redis.sendCommand(['GETRANGE', unique, '0', '3'])) as unknown, 'HYLL')
})

test('a deleted document is removed, and all its keys expire', async () => {
  const cache = await open()
  const document = sampleKeptDocument()
  await putInto(cache, document)
  await cache.remove(document.id, 2)
  assert.equal(await redisCli('GET', `document:${document.id}`), '')
  for (const key of redisKeysOf(document.id)) assert.notEqual(await redisCli('TTL', key), '-1', key)
})

test('a counted read is one command, and a miss counts nothing', async () => {
  const cache = await open()
  const document = sampleKeptDocument()
  await putInto(cache, document)
  const monitor = createClient({ url: stack.redisUrl })
  await monitor.connect()
  const seen: string[] = []
  await monitor.monitor((line: unknown) => void seen.push(String(line)))
  await cache.read(document.id, 'user:1', 'all')
  const other = sampleKeptDocument()
  await cache.read(other.id, 'user:1', 'all')
  await eventually('the commands', () => seen.some((line) => line.includes(other.id)))
  monitor.destroy()
  const sent = seen.filter((line) => line.includes(document.id) && !line.includes(' lua]'))
  assert.equal(sent.length, 1, sent.join('\n'))
  const executed = seen.filter((line) => line.includes(other.id) && line.includes(' lua]'))
  assert.deepEqual(
    executed.map((line) => /\] "(\w+)"/.exec(line)![1]!.toUpperCase()),
    ['GET'],
  )
})

test('concurrent reads are one command per 64 documents', async () => {
  const cache = await open()
  const documents = Array.from({ length: 65 }, () => sampleKeptDocument())
  for (const document of documents) await putInto(cache, document)
  const monitor = createClient({ url: stack.redisUrl })
  await monitor.connect()
  const seen: string[] = []
  await monitor.monitor((line: unknown) => void seen.push(String(line)))
  const counted = await Promise.all(documents.map(({ id }) => cache.read(id, 'user:1', 'all')))
  const plain = await Promise.all(documents.map(({ id }) => cache.read(id, undefined, 'all')))
  for (const texts of [counted, plain])
    assert.deepEqual(
      texts.map((text) => text?.kept),
      documents,
    )
  const last = sampleKeptDocument()
  await cache.read(last.id, undefined, 'all')
  await eventually('the commands', () => seen.some((line) => line.includes(last.id)))
  monitor.destroy()
  const ours = documents.map(({ id }) => id)
  const sent = seen.filter((line) => !line.includes(' lua]') && ours.some((id) => line.includes(id)))
  assert.deepEqual(
    sent.map((line) => /\] "(\w+)"/.exec(line)![1]),
    ['EVALSHA', 'EVALSHA', 'MGET', 'MGET'],
  )
})

test('counters that Redis lost are rebuilt by the next read', async () => {
  const cache = await open()
  const document = sampleKeptDocument()
  await putInto(cache, document)
  for (let n = 0; n < 50; n++) await cache.read(document.id, `user:${n % 20}`, 'all')
  await redis.unlink(redisKeysOf(document.id))
  assertViews(await cache.stats(document.id), { total_views: 50, unique_views: 20 })
  assert.equal(await cache.read(document.id, 'user:1', 'all'), undefined)
  await Promise.all(['user:1', 'user:77'].map((viewer) => cache.fill(document, viewer)))
  assert.equal(await redisCli('GET', `views:${document.id}`), '52')
  assertUniqueViews(Number(await redisCli('PFCOUNT', `unique_views:${document.id}`)), 21)
  assert.deepEqual(await documentIn(cache, document.id), document)
  assertViews(await cache.stats(document.id), { total_views: 52, unique_views: 21 })
})

test('a lost counter is rebuilt also while its document is still cached', async () => {
  const cache = await open()
  const document = sampleKeptDocument()
  await putInto(cache, document)
  await cache.read(document.id, 'user:1', 'all')
  await redis.unlink([`views:${document.id}`])
  assert.equal(await cache.read(document.id, 'user:2', 'all'), undefined)
  await cache.fill(document, 'user:2')
  assert.equal(await redisCli('GET', `views:${document.id}`), '2')
  assertViews(await cache.stats(document.id), { total_views: 2, unique_views: 2 })
})

test('the counter of more viewers than fit into one command is rebuilt', async () => {
  const cache = await open()
  const document = sampleKeptDocument()
  await putInto(cache, document)
  for (let viewer = 0; viewer < 2_500; viewer += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => cache.read(document.id, `user:${viewer + n}`, 'all')),
    )
  const before = await redisCli('PFCOUNT', `unique_views:${document.id}`)
  await cache.stats(document.id)
  await redis.unlink(redisKeysOf(document.id))
  await cache.fill(document, 'user:0')
  assert.equal(await redisCli('PFCOUNT', `unique_views:${document.id}`), before)
})

test('values of other programs under the keys are replaced', async () => {
  const cache = await open()
  const document = sampleKeptDocument()
  const [key, , views, unique] = redisKeysOf(document.id) as [string, string, string, string]
  await redis.hSet(key, 'a', 'b')
  await redis.set(views, 'many')
  await redis.lPush(unique, 'x')
  assert.equal(await cache.read(document.id, 'user:1', 'all'), undefined)
  await cache.fill(document, 'user:1')
  await cache.update({ ...document, version: 2 })
  await redis.set(key, 'not JSON')
  assert.equal(await cache.read(document.id, undefined, 'all'), undefined)
  await cache.fill({ ...document, version: 2 }, 'user:2')
  assert.deepEqual(await documentIn(cache, document.id), { ...document, version: 2 })
  assertViews(await cache.stats(document.id), { total_views: 2, unique_views: 2 })
})

test('values of other programs under the keys of one document do not affect reads of other documents in the same command', async () => {
  const cache = await open()
  const documents = Array.from({ length: 5 }, () => sampleKeptDocument())
  for (const document of documents) await putInto(cache, document)
  const [first, second, third, fourth, fifth] = documents as [
    KeptDocument,
    KeptDocument,
    KeptDocument,
    KeptDocument,
    KeptDocument,
  ]
  await redis.set(`views:${second.id}`, 'many')
  await redis.set(`unique_views:${fourth.id}`, 'no HyperLogLog')
  await redis.unlink([`document:${fifth.id}`])
  const texts = await Promise.all(documents.map(({ id }) => cache.read(id, 'user:1', 'all')))
  assert.deepEqual(
    texts.map((text) => text?.kept),
    [first, undefined, third, undefined, undefined],
  )
  for (const { id } of [first, third])
    assert.deepEqual(await cache.stats(id), { total_views: 1, unique_views: 1 })
  for (const document of [second, fourth, fifth]) await cache.fill(document, 'user:1')
  for (const { id } of documents)
    assert.deepEqual(await cache.stats(id), { total_views: 1, unique_views: 1 }, id)
})

test('two instances share documents and counters, and neither shows an older version', async () => {
  const [a, b] = [await open(), await open()]
  const row = sampleKeptDocument()
  await putInto(a, row)
  await Promise.all(
    Array.from({ length: 200 }, async (_, n) => (n % 2 ? a : b).read(row.id, `user:${n % 20}`, 'all')),
  )
  for (const cache of [a, b]) assert.equal((await cache.stats(row.id)).total_views, 200)
  assertViews(await a.stats(row.id), { total_views: 200, unique_views: 20 })
  await b.update({ ...row, version: 3, title: 'by b' })
  await a.update({ ...row, version: 2, title: 'by a' })
  await a.fill(row, undefined)
  assert.equal((await documentIn(a, row.id))?.title, 'by b')
  await b.remove(row.id, 4)
  await a.fill({ ...row, version: 3 }, 'user:1')
  assert.equal(await a.read(row.id, 'user:1', 'all'), undefined)
})

test('scripts that Redis lost are loaded again at once, and Redis stays in use', async () => {
  const lines: string[] = []
  const log = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } })
  const cache = await open(stack.redisUrl, log)
  const document = sampleKeptDocument()
  await putInto(cache, document)
  await redis.scriptFlush()
  assert.deepEqual((await cache.read(document.id, 'user:1', 'all'))?.kept, document)
  await redis.scriptFlush()
  await cache.update({ ...document, version: 2 })
  assert.equal((await documentIn(cache, document.id))?.version, 2)
  assert.deepEqual(await cache.stats(document.id), { total_views: 1, unique_views: 1 })
  assert.deepEqual(lines, [])
})

test('views are in the database within about a second', async () => {
  const cache = await open()
  const document = sampleKeptDocument()
  await putInto(cache, document)
  await cache.read(document.id, 'user:1', 'all')
  await eventually('the view', async () => {
    const found = 'SELECT 1 FROM documents.views WHERE document_id = $1'
    return (await queryRows(pool(), found, [document.id])).length === 1
  })
})

test('a bad URL, a wrong password and a missing database are refused with a sentence', async () => {
  for (const url of ['redis:', 'redis://', 'redis://host:port', 'redis://127.0.0.1/documents'])
    await assert.rejects(open(url), /cache\.url: must be redis:\/\/host:port\/database/, url)
  const withPassword = new URL(stack.redisUrl)
  withPassword.password = 'not-this-one'
  await assert.rejects(open(withPassword.href), (error: Error) => {
    assert.match(error.message, /cache\.url: Redis refuses this user, password or database/)
    assert.doesNotMatch(error.message, /not-this-one/)
    return true
  })
  const withDatabase = new URL(stack.redisUrl)
  withDatabase.pathname = '/9999'
  await assert.rejects(open(withDatabase.href), /cache\.url: Redis refuses .*DB index/)
})
