/** Shared by the tests of the `redis:` cache: caches on the stack's Redis, what redis-cli shows, and faults. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { createClient } from 'redis'
import type { KeptDocument } from '../domain/document-fields.ts'
import { openCache } from '../ports/cache/open.ts'
import type { DocumentCache } from '../ports/cache/port.ts'
import { type Logger, silentLogger } from '../runtime/logger.ts'
import { eventually } from './deadline.ts'
import { freePorts } from './free-ports.ts'
import { openStackDatabase, type StackDatabase } from './stack-database.ts'
import { stack } from './stack.ts'
import { openProxy, type Proxy } from './toxiproxy.ts'

export const redisKeysOf = (id: string) => [
  `document:${id}`,
  `removed:${id}`,
  `views:${id}`,
  `unique_views:${id}`,
]

/** For a test file: opened before its first test; everything is closed after its last one. */
export function useRedisCaches() {
  const ends: (() => unknown)[] = []
  const untilEnd = { after: (end: () => unknown) => void ends.push(end) } as unknown as Pick<
    TestContext,
    'after'
  >
  let own: StackDatabase
  const redis = createClient({ url: stack.redisUrl })
  before(async () => {
    own = await openStackDatabase(untilEnd)
    await redis.connect()
    ends.push(() => redis.destroy())
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  return {
    /** a client of its own of the stack's Redis */
    redis,
    pool: () => own.database.pool,

    async open(url: string = stack.redisUrl, log: Logger = silentLogger): Promise<DocumentCache> {
      const clock = { now: () => new Date() }
      const { database } = own
      const cache = await openCache(url, { database, entries: 1_000, viewerSecret: 'a secret', clock, log })
      ends.push(() => cache.stop())
      return cache
    },

    /** A Redis server of the test's own, which keeps its data, and with `storesUsers` its users, over a restart. */
    async startOwnRedis(t: Pick<TestContext, 'after'>, { storesUsers = false } = {}) {
      const folder = await mkdtemp(join(tmpdir(), 'docmgr-test-redis-'))
      const aclFile = join(folder, 'users.acl')
      if (storesUsers) await writeFile(aclFile, '')
      const [port] = await freePorts(1)
      t.after(() => ends.push(() => rm(folder, { recursive: true, force: true })))
      const start = async () => {
        const server = await startRedis(port!, folder, storesUsers ? ['--aclfile', aclFile] : [])
        ends.push(server.kill)
        return server
      }
      return { url: `redis://127.0.0.1:${port}`, start }
    },
  }
}

/** Retries, because Redis can seem unavailable for a moment on a busy machine. */
export function putInto(cache: DocumentCache, document: KeptDocument): Promise<KeptDocument> {
  return eventually('the document in Redis', async () => {
    await cache.update(document)
    return documentIn(cache, document.id)
  })
}

/** The cached document, without counting a view. */
export async function documentIn(cache: DocumentCache, id: string): Promise<KeptDocument | undefined> {
  return (await cache.read(id, undefined, 'all'))?.kept
}

/** Runs `redis-cli WORDS` on the stack's Redis. */
export async function redisCli(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('redis-cli', ['-u', stack.redisUrl, ...words])
  return stdout.trim()
}

/** A proxy before the stack's Redis, which injects faults, and the cache's URL through it. */
export async function proxyToRedis(t: Pick<TestContext, 'after'>): Promise<{ proxy: Proxy; url: string }> {
  const { hostname, port } = new URL(stack.redisUrl)
  const proxy = await openProxy(t, `${hostname}:${port || 6379}`)
  const url = Object.assign(new URL(stack.redisUrl), { host: `${proxy.host}:${proxy.port}` }).href
  return { proxy, url }
}

/** A Redis server that keeps its data in the folder. @param more options of its command line */
export async function startRedis(port: number, folder: string, more: string[]) {
  const options = ['--port', `${port}`, '--dir', folder, '--save', '', '--appendonly', 'yes', ...more]
  const server = spawn('redis-server', ['--bind', '127.0.0.1', ...options], { stdio: 'ignore' })
  const client = await eventually('the server', () =>
    createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: false } })
      .on('error', () => {})
      .connect()
      .catch(() => undefined),
  )
  return {
    client,
    async kill(): Promise<void> {
      if (client.isOpen) client.destroy()
      if (server.exitCode !== null || server.signalCode !== null) return
      server.kill('SIGKILL')
      await once(server, 'exit')
    },
  }
}
