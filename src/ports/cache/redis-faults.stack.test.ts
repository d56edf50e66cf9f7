import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'redis'
import { createLogger } from '../../runtime/logger.ts'
import { eventually, within } from '../../testing/deadline.ts'
import {
  documentIn,
  proxyToRedis,
  putInto,
  redisCli,
  redisKeysOf,
  useRedisCaches,
} from '../../testing/redis-cache.ts'
import { stack } from '../../testing/stack.ts'
import type { Proxy } from '../../testing/toxiproxy.ts'
import { sampleKeptDocument } from '../../testing/sample-documents.ts'
import { assertUniqueViews, assertViews } from '../../testing/view-counts.ts'

const { open, redis, startOwnRedis } = useRedisCaches()

for (const [name, take, give] of [
  ['refuses connections', (proxy: Proxy) => proxy.cut(), (proxy: Proxy) => proxy.restore()],
  ['does not answer', (proxy: Proxy) => proxy.swallow(), (proxy: Proxy) => proxy.calm()],
  ['is too slow', (proxy: Proxy) => proxy.delay(20_000), (proxy: Proxy) => proxy.calm()],
] as const) {
  test(`while Redis ${name}, reads miss without waiting, no view is lost, and no old version is read afterwards`, async (t) => {
    const { proxy, url } = await proxyToRedis(t)
    const lines: string[] = []
    const log = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } })
    const cache = await open(url, log)
    const [changed, removed, viewed] = [sampleKeptDocument(), sampleKeptDocument(), sampleKeptDocument()]
    for (const document of [changed, removed, viewed]) {
      await putInto(cache, document)
      await cache.read(document.id, 'user:1', 'all')
    }

    await take(proxy)
    await within(5_000, 'a read', cache.read(viewed.id, 'user:1', 'all'))
    await eventually('the circuit to open', async () => {
      const before = performance.now()
      await cache.read(viewed.id, undefined, 'all')
      return performance.now() - before < 20
    })
    const start = performance.now()
    const newer = { ...changed, version: 2, title: 'changed meanwhile' }
    await cache.update(newer)
    await cache.remove(removed.id, 2)
    for (let n = 0; n < 100; n++) {
      assert.equal(await cache.read(viewed.id, `user:${n % 10}`, 'all'), undefined)
      await cache.fill(viewed, `user:${n % 10}`)
    }
    assert.ok(performance.now() - start < 10_000, 'requests do not wait for Redis')
    await cache.check()
    assertViews(await cache.stats(viewed.id), { total_views: 101, unique_views: 10 })

    await give(proxy)
    const found = await eventually('a document from Redis', () => documentIn(cache, viewed.id))
    assert.deepEqual(found, viewed)
    assert.equal(await cache.read(changed.id, undefined, 'all'), undefined)
    await cache.fill(changed, undefined)
    assert.equal(await cache.read(changed.id, undefined, 'all'), undefined)
    await cache.fill(newer, undefined)
    assert.deepEqual(await documentIn(cache, changed.id), newer)
    assert.equal(await cache.read(removed.id, undefined, 'all'), undefined)
    await cache.fill(removed, undefined)
    assert.equal(await cache.read(removed.id, undefined, 'all'), undefined)
    await eventually('the counter in Redis', async () => (await redis.get(`views:${viewed.id}`)) === '101')
    assertUniqueViews(Number(await redisCli('PFCOUNT', `unique_views:${viewed.id}`)), 10)
    const levels = lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
    assert.ok(levels.length <= 4, lines.join(''))
    assert.match(levels[0]!, /Redis is unavailable/)
    assert.match(levels.at(-1)!, /Redis is available again/)
  })
}

test('a view whose answer was lost is counted once', async (t) => {
  const { proxy, url } = await proxyToRedis(t)
  const cache = await open(url)
  const document = sampleKeptDocument()
  await putInto(cache, document)
  // The command arrives, its answer does not.
  await proxy.delay(20_000)
  assert.equal(await cache.read(document.id, 'user:1', 'all'), undefined)
  await proxy.calm()
  await eventually('Redis', () => cache.read(document.id, undefined, 'all'))
  await cache.fill(document, 'user:1')
  assert.deepEqual(await cache.stats(document.id), { total_views: 1, unique_views: 1 })
  assert.equal(await redisCli('GET', `views:${document.id}`), '1')
})

test('the documents of a restarted Redis are removed: it may have lost the last changes', async (t) => {
  const own = await startOwnRedis(t)
  const first = await own.start()
  const cache = await open(own.url)
  const document = sampleKeptDocument()
  await putInto(cache, document)
  // Longer than what `appendfsync everysec` keeps back.
  await eventually('the document in the file', async () =>
    /aof_pending_bio_fsync:0/.test(await first.client.info('persistence')),
  )
  await first.kill()
  const second = await own.start()
  await eventually('the document to be forgotten', async () => {
    const known = await second.client.get('cache:run_id')
    const run = /run_id:(\w+)/.exec(await second.client.info('server'))![1]
    return known === run && !(await second.client.exists(`document:${document.id}`))
  })
  await putInto(cache, document)
})

test('a Redis that rejects writes is not used, and that is logged once', async (t) => {
  const own = await startOwnRedis(t)
  const { client } = await own.start()
  const lines: string[] = []
  const log = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } })
  const cache = await open(own.url, log)
  const document = sampleKeptDocument()
  await putInto(cache, document)
  await client.configSet('maxmemory', '1')
  const newer = { ...document, version: 2 }
  await cache.update(newer)
  for (let n = 0; n < 50; n++) {
    assert.equal(await cache.read(document.id, 'user:1', 'all'), undefined)
    await cache.fill(newer, 'user:1')
  }
  assert.deepEqual(await cache.stats(document.id), { total_views: 50, unique_views: 1 })
  assert.equal(lines.length, 1)
  assert.match(lines[0]!, /OOM.*Redis is unavailable/)
  await client.configSet('maxmemory', '0')
  await eventually('the newer version', async () => {
    const found = await cache.read(document.id, undefined, 'all')
    assert.notEqual(found?.version, 1)
    await cache.fill(newer, undefined)
    return found
  })
})

test('the cache opens without Redis, and uses it later', async (t) => {
  const { proxy, url } = await proxyToRedis(t)
  await proxy.cut()
  const inFourUrl = `${url.replace(/\/\d*$/, '')}/4`
  const cache = await within(30_000, 'the start', open(inFourUrl))
  const document = sampleKeptDocument()
  assert.equal(await cache.read(document.id, 'user:1', 'all'), undefined)
  await cache.fill(document, 'user:1')
  await proxy.restore()
  await eventually('Redis', async () => {
    await cache.fill(document, undefined)
    return cache.read(document.id, undefined, 'all')
  })
  assert.deepEqual(await cache.stats(document.id), { total_views: 1, unique_views: 1 })
  const inFour = createClient({ url: stack.redisUrl, database: 4 })
  await inFour.connect()
  await inFour.unlink([...redisKeysOf(document.id), 'cache:run_id'])
  inFour.destroy()
})
