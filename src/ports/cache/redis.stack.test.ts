import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { createClient } from 'redis'
import type { Database } from '../../db/database.ts'
import { queryRows } from '../../db/query.ts'
import type { Document } from '../../domain/document.ts'
import { createLogger, type Logger, silentLogger } from '../../runtime/logger.ts'
import { eventually, within } from '../../testing/deadline.ts'
import { openStackDatabase } from '../../testing/stack-database.ts'
import { stack } from '../../testing/stack.ts'
import { openProxy, type Proxy } from '../../testing/toxiproxy.ts'
import { cacheContract, sampleDocument } from './contract.ts'
import { openCache } from './open.ts'
import type { DocumentCache } from './port.ts'

const ends: (() => unknown)[] = []
const untilEnd = { after: (end: () => unknown) => void ends.push(end) } as unknown as Pick<
  TestContext,
  'after'
>
after(async () => {
  for (const end of ends.reverse()) await end()
})

let database: Database
const redis = createClient({ url: stack.redisUrl })
before(async () => {
  database = (await openStackDatabase(untilEnd)).database
  await redis.connect()
  ends.push(() => redis.destroy())
})

async function open(url: string = stack.redisUrl, log: Logger = silentLogger): Promise<DocumentCache> {
  const clock = { now: () => new Date() }
  const cache = await openCache(url, { database, entries: 1_000, viewerSecret: 'a secret', clock, log })
  ends.push(() => cache.stop())
  return cache
}

/** On a busy machine Redis may seem to be away for a moment. */
function putInto(cache: DocumentCache, document: Document): Promise<Document> {
  return eventually('the document in Redis', async () => {
    await cache.update(document)
    return cache.read(document.id, undefined)
  })
}

const keysOf = (id: string) => [`document:${id}`, `removed:${id}`, `views:${id}`, `unique_views:${id}`]
/** As the readers of the original do it: `redis-cli WORDS`. */
async function redisCli(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('redis-cli', ['-u', stack.redisUrl, ...words])
  return stdout.trim()
}
const proxied = (proxy: Proxy): string => {
  const url = new URL(stack.redisUrl)
  url.host = `${proxy.host}:${proxy.port}`
  return url.href
}
const proxyToRedis = (t: Pick<TestContext, 'after'>): Promise<Proxy> => {
  const { hostname, port } = new URL(stack.redisUrl)
  return openProxy(t, `${hostname}:${port || 6379}`)
}

cacheContract('redis:', () => open())

describe('what redis-cli shows right after the reads', () => {
  test('the document as JSON for at most 300 seconds, the views, and the viewers', async () => {
    const cache = await open()
    const document = sampleDocument()
    await putInto(cache, document)
    for (const viewer of ['user:1', 'user:2', 'user:1']) await cache.read(document.id, viewer)
    const [key, , views, unique] = keysOf(document.id) as [string, string, string, string]
    assert.ok((await redisCli('KEYS', 'document:*')).split('\n').includes(key))
    assert.equal(await redisCli('GET', key), JSON.stringify(document))
    assert.equal(await redisCli('GET', views), '3')
    assert.equal(await redisCli('PFCOUNT', unique), '2')
    const seconds = Number(await redisCli('TTL', key))
    assert.ok(seconds > 290 && seconds <= 300, `${seconds} s`)
    assert.deepEqual(await Promise.all([key, views, unique].map((name) => redisCli('TYPE', name))), [
      'string',
      'string',
      'string',
    ])
    assert.equal((await redis.sendCommand(['GETRANGE', unique, '0', '3'])) as unknown, 'HYLL')
  })

  test('a deleted document is gone, and no key of it stays for ever', async () => {
    const cache = await open()
    const document = sampleDocument()
    await putInto(cache, document)
    await cache.remove(document.id, 2)
    assert.equal(await redisCli('GET', `document:${document.id}`), '')
    for (const key of keysOf(document.id)) assert.notEqual(await redisCli('TTL', key), '-1', key)
  })
})

test('a counted read is one command, and a miss counts nothing', async () => {
  const cache = await open()
  const document = sampleDocument()
  await putInto(cache, document)
  const monitor = createClient({ url: stack.redisUrl })
  await monitor.connect()
  const seen: string[] = []
  await monitor.monitor((line: unknown) => void seen.push(String(line)))
  await cache.read(document.id, 'user:1')
  const other = sampleDocument()
  await cache.read(other.id, 'user:1')
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

test('counters that Redis lost are rebuilt by the next read', async () => {
  const cache = await open()
  const document = sampleDocument()
  await putInto(cache, document)
  for (let n = 0; n < 50; n++) await cache.read(document.id, `user:${n % 20}`)
  await redis.unlink(keysOf(document.id))
  assert.deepEqual(await cache.stats(document.id), { total_views: 50, unique_views: 20 })
  assert.equal(await cache.read(document.id, 'user:1'), undefined)
  await Promise.all(['user:1', 'user:77'].map((viewer) => cache.fill(document, viewer)))
  assert.equal(await redisCli('GET', `views:${document.id}`), '52')
  assert.equal(await redisCli('PFCOUNT', `unique_views:${document.id}`), '21')
  assert.deepEqual(await cache.read(document.id, undefined), document)
  assert.deepEqual(await cache.stats(document.id), { total_views: 52, unique_views: 21 })
})

test('a lost counter is rebuilt also while its document is still cached', async () => {
  const cache = await open()
  const document = sampleDocument()
  await putInto(cache, document)
  await cache.read(document.id, 'user:1')
  await redis.unlink([`views:${document.id}`])
  assert.equal(await cache.read(document.id, 'user:2'), undefined)
  await cache.fill(document, 'user:2')
  assert.equal(await redisCli('GET', `views:${document.id}`), '2')
  assert.deepEqual(await cache.stats(document.id), { total_views: 2, unique_views: 2 })
})

test('more viewers than fit into one command are rebuilt', async () => {
  const cache = await open()
  const document = sampleDocument()
  await putInto(cache, document)
  for (let viewer = 0; viewer < 2_500; viewer += 100)
    await Promise.all(Array.from({ length: 100 }, (_, n) => cache.read(document.id, `user:${viewer + n}`)))
  const before = await redisCli('PFCOUNT', `unique_views:${document.id}`)
  await cache.stats(document.id)
  await redis.unlink(keysOf(document.id))
  await cache.fill(document, 'user:0')
  assert.equal(await redisCli('PFCOUNT', `unique_views:${document.id}`), before)
})

test('what others put under the keys is replaced', async () => {
  const cache = await open()
  const document = sampleDocument()
  const [key, , views, unique] = keysOf(document.id) as [string, string, string, string]
  await redis.hSet(key, 'a', 'b')
  await redis.set(views, 'many')
  await redis.lPush(unique, 'x')
  assert.equal(await cache.read(document.id, 'user:1'), undefined)
  await cache.fill(document, 'user:1')
  await cache.update({ ...document, version: 2 })
  await redis.set(key, 'not JSON')
  assert.equal(await cache.read(document.id, undefined), undefined)
  await cache.fill({ ...document, version: 2 }, 'user:2')
  assert.deepEqual(await cache.read(document.id, undefined), { ...document, version: 2 })
  assert.deepEqual(await cache.stats(document.id), { total_views: 2, unique_views: 2 })
})

test('two instances share documents and counters, and neither shows an older version', async () => {
  const [a, b] = [await open(), await open()]
  const row = sampleDocument()
  await putInto(a, row)
  await Promise.all(
    Array.from({ length: 200 }, async (_, n) => (n % 2 ? a : b).read(row.id, `user:${n % 20}`)),
  )
  for (const cache of [a, b]) assert.equal((await cache.stats(row.id)).total_views, 200)
  assert.deepEqual(await a.stats(row.id), { total_views: 200, unique_views: 20 })
  await b.update({ ...row, version: 3, title: 'by b' })
  await a.update({ ...row, version: 2, title: 'by a' })
  await a.fill(row, undefined)
  assert.equal((await a.read(row.id, undefined))?.title, 'by b')
  await b.remove(row.id, 4)
  await a.fill({ ...row, version: 3 }, 'user:1')
  assert.equal(await a.read(row.id, 'user:1'), undefined)
})

test('scripts that Redis forgot are loaded again', async () => {
  const cache = await open()
  const document = sampleDocument()
  await putInto(cache, document)
  await redis.scriptFlush()
  await eventually('the document', () => cache.read(document.id, 'user:1'))
})

for (const [name, take, give] of [
  ['is cut off', (proxy: Proxy) => proxy.cut(), (proxy: Proxy) => proxy.restore()],
  ['does not answer', (proxy: Proxy) => proxy.swallow(), (proxy: Proxy) => proxy.calm()],
  ['is too slow', (proxy: Proxy) => proxy.delay(20_000), (proxy: Proxy) => proxy.calm()],
] as const) {
  describe(`while Redis ${name}`, () => {
    test('reads miss without waiting, no view is lost, and nothing old is answered afterwards', async (t) => {
      const proxy = await proxyToRedis(t)
      const lines: string[] = []
      const log = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } })
      const cache = await open(proxied(proxy), log)
      const [changed, removed, viewed] = [sampleDocument(), sampleDocument(), sampleDocument()]
      for (const document of [changed, removed, viewed]) {
        await putInto(cache, document)
        await cache.read(document.id, 'user:1')
      }

      await take(proxy)
      await within(5_000, 'a read', cache.read(viewed.id, 'user:1'))
      await eventually('the circuit to open', async () => {
        const before = performance.now()
        await cache.read(viewed.id, undefined)
        return performance.now() - before < 20
      })
      const start = performance.now()
      const newer = { ...changed, version: 2, title: 'changed meanwhile' }
      await cache.update(newer)
      await cache.remove(removed.id, 2)
      for (let n = 0; n < 100; n++) {
        assert.equal(await cache.read(viewed.id, `user:${n % 10}`), undefined)
        await cache.fill(viewed, `user:${n % 10}`)
      }
      assert.ok(performance.now() - start < 500, 'requests do not wait for Redis')
      await cache.check()
      assert.deepEqual(await cache.stats(viewed.id), { total_views: 101, unique_views: 10 })

      await give(proxy)
      const found = await eventually('a document from Redis', () => cache.read(viewed.id, undefined))
      assert.deepEqual(found, viewed)
      assert.equal(await cache.read(changed.id, undefined), undefined)
      await cache.fill(changed, undefined)
      assert.equal(await cache.read(changed.id, undefined), undefined)
      await cache.fill(newer, undefined)
      assert.deepEqual(await cache.read(changed.id, undefined), newer)
      assert.equal(await cache.read(removed.id, undefined), undefined)
      await cache.fill(removed, undefined)
      assert.equal(await cache.read(removed.id, undefined), undefined)
      await eventually('the counter in Redis', async () => (await redis.get(`views:${viewed.id}`)) === '101')
      assert.equal(await redisCli('PFCOUNT', `unique_views:${viewed.id}`), '10')
      const levels = lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
      assert.ok(levels.length <= 4, lines.join(''))
      assert.match(levels[0]!, /Redis is away/)
      assert.match(levels.at(-1)!, /Redis is back/)
    })
  })
}

test('a view whose answer was lost is counted once', async (t) => {
  const proxy = await proxyToRedis(t)
  const cache = await open(proxied(proxy))
  const document = sampleDocument()
  await putInto(cache, document)
  // The command arrives, its answer does not.
  await proxy.delay(20_000)
  assert.equal(await cache.read(document.id, 'user:1'), undefined)
  await proxy.calm()
  await eventually('Redis', () => cache.read(document.id, undefined))
  await cache.fill(document, 'user:1')
  assert.deepEqual(await cache.stats(document.id), { total_views: 1, unique_views: 1 })
  assert.equal(await redisCli('GET', `views:${document.id}`), '1')
})

/** A server of the test's own, which keeps what it has over a restart. */
async function startOwnRedis(t: Pick<TestContext, 'after'>) {
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-test-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const start = async () => {
    const options = ['--port', `${port}`, '--dir', folder, '--save', '', '--appendonly', 'yes']
    const server = spawn('redis-server', ['--bind', '127.0.0.1', ...options], { stdio: 'ignore' })
    const client = await eventually('the server', () =>
      createClient({ url, socket: { reconnectStrategy: false } })
        .on('error', () => {})
        .connect()
        .catch(() => undefined),
    )
    const kill = async (): Promise<void> => {
      if (client.isOpen) client.destroy()
      if (server.exitCode !== null || server.signalCode !== null) return
      server.kill('SIGKILL')
      await once(server, 'exit')
    }
    ends.push(kill)
    return { client, kill }
  }
  t.after(() => ends.push(() => rm(folder, { recursive: true, force: true })))
  return { url, start }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test('a Redis that was started again is not believed: it may have lost the last changes', async (t) => {
  const own = await startOwnRedis(t)
  const first = await own.start()
  const cache = await open(own.url)
  const document = sampleDocument()
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

test('a Redis that takes no writes is left alone, and logged once', async (t) => {
  const own = await startOwnRedis(t)
  const { client } = await own.start()
  const lines: string[] = []
  const log = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } })
  const cache = await open(own.url, log)
  const document = sampleDocument()
  await putInto(cache, document)
  await client.configSet('maxmemory', '1')
  const newer = { ...document, version: 2 }
  await cache.update(newer)
  for (let n = 0; n < 50; n++) {
    assert.equal(await cache.read(document.id, 'user:1'), undefined)
    await cache.fill(newer, 'user:1')
  }
  assert.deepEqual(await cache.stats(document.id), { total_views: 50, unique_views: 1 })
  assert.equal(lines.length, 1)
  assert.match(lines[0]!, /OOM.*Redis is away/)
  await client.configSet('maxmemory', '0')
  await eventually('the newer version', async () => {
    const found = await cache.read(document.id, undefined)
    assert.notEqual(found?.version, 1)
    await cache.fill(newer, undefined)
    return found
  })
})

test('it starts without Redis, and finds it later', async (t) => {
  const proxy = await proxyToRedis(t)
  await proxy.cut()
  const url = `${proxied(proxy).replace(/\/\d*$/, '')}/4`
  const cache = await within(5_000, 'the start', open(url))
  const document = sampleDocument()
  assert.equal(await cache.read(document.id, 'user:1'), undefined)
  await cache.fill(document, 'user:1')
  await proxy.restore()
  await eventually('Redis', async () => {
    await cache.fill(document, undefined)
    return cache.read(document.id, undefined)
  })
  assert.deepEqual(await cache.stats(document.id), { total_views: 1, unique_views: 1 })
  const inFour = createClient({ url: stack.redisUrl, database: 4 })
  await inFour.connect()
  await inFour.unlink([...keysOf(document.id), 'cache:run_id'])
  inFour.destroy()
})

test('views are in the database within about a second', async () => {
  const cache = await open()
  const document = sampleDocument()
  await putInto(cache, document)
  await cache.read(document.id, 'user:1')
  await eventually('the view', async () => {
    const found = 'SELECT 1 FROM documents.views WHERE document_id = $1'
    return (await queryRows(database.pool, found, [document.id])).length === 1
  })
})

test('a bad URL, a wrong password and a database that is not there are refused with a sentence', async () => {
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
