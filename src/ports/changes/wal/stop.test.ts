import assert from 'node:assert/strict'
import { connect, createServer, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { ConnectionSettings, Database } from '../../../db/database.ts'
import { insertDocument, recordingConsumer } from '../../../testing/changes.ts'
import { deferred, eventually } from '../../../testing/deadline.ts'
import { titlesOf } from '../../../testing/feed-contract.ts'
import { walServer } from '../../../testing/wal-feed.ts'

const openFeeds = walServer()

interface WalProxy {
  direct: ConnectionSettings
  /** From now on the stream stops before the end of a transaction. */
  holdCommits(): void
  /** Resolves when a commit is held. */
  holding: Promise<void>
  release(): void
}

/** A proxy between a feed and its walsender (PostgreSQL documentation, 55.4 and 55.9). */
async function openWalProxy(t: TestContext, upstream: ConnectionSettings): Promise<WalProxy> {
  const held = deferred()
  const sockets = new Set<Socket>()
  const forwarders = new Set<() => void>()
  let holds = false
  const relay = (from: Socket, to: Socket): void => {
    let waiting = Buffer.alloc(0)
    const forward = (): void => {
      while (waiting.length >= 5 && waiting.length >= 1 + waiting.readUInt32BE(1)) {
        // CopyData with XLogData, whose header has 25 bytes, and a commit in it.
        if (holds && waiting[0] === 0x64 && waiting[5] === 0x77 && waiting[30] === 0x43) return held.resolve()
        const size = 1 + waiting.readUInt32BE(1)
        to.write(waiting.subarray(0, size))
        waiting = waiting.subarray(size)
      }
    }
    forwarders.add(forward)
    from.on('data', (chunk) => {
      waiting = Buffer.concat([waiting, chunk])
      forward()
    })
  }
  const proxy = createServer((client) => {
    const behind = upstream.host.startsWith('/')
      ? connect(`${upstream.host}/.s.PGSQL.${upstream.port}`)
      : connect(upstream.port, upstream.host)
    relay(behind, client)
    client.pipe(behind)
    behind.on('end', () => client.end())
    for (const socket of [client, behind]) sockets.add(socket.on('error', () => client.destroy()))
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  const { port } = proxy.address() as { port: number }
  return {
    direct: { ...upstream, host: '127.0.0.1', port },
    holdCommits: () => void (holds = true),
    holding: held.promise,
    release() {
      holds = false
      for (const forward of forwarders) forward()
    },
  }
}

/** A feed whose consumer has handled a change, while the end of its transaction is held by a proxy. */
async function handleUncommitted(t: TestContext) {
  let proxy!: WalProxy
  const wrap = async (database: Database): Promise<Database> => {
    proxy = await openWalProxy(t, database.direct)
    return { ...database, direct: proxy.direct }
  }
  const { database, start } = await openFeeds(t, { wrap })
  const consumer = recordingConsumer()
  const feed = await start(consumer)
  await insertDocument(database.pool, 'first')
  await consumer.reached(1)
  proxy.holdCommits()
  await insertDocument(database.pool, 'in flight')
  const [, inFlight] = await consumer.reached(2)
  await proxy.holding
  return { pool: database.pool, proxy, feed, start, inFlight: inFlight! }
}

test('a stop reads the end of a transaction whose changes were dispatched, so they are not repeated', async (t) => {
  const { pool, proxy, feed, start } = await handleUncommitted(t)
  const stopped = feed.stop()
  proxy.release()
  await stopped
  const next = recordingConsumer()
  await start(next)
  await insertDocument(pool, 'next')
  assert.deepEqual(titlesOf(await next.reached(1)), ['next'])
})

test('a stop waits a limited time for the end of a transaction; its changes are repeated', async (t) => {
  const { proxy, feed, start, inFlight } = await handleUncommitted(t)
  await feed.stop()
  proxy.release()
  const next = recordingConsumer()
  await start(next)
  const [first] = await next.reached(1)
  assert.equal(first!.position, inFlight.position)
})

test('a stop waits until the end of the snapshot is stored', async (t) => {
  const { database, ...feeds } = await openFeeds(t)
  const { promise: gate, resolve: release } = deferred()
  const started = deferred()
  const consumer = recordingConsumer({
    before() {
      started.resolve()
      return gate
    },
  })
  await insertDocument(database.pool, 'before')
  const feed = await feeds.start(consumer)
  await started.promise
  await eventually('the stream', () => feed.status().state === 'streaming')
  const other = await database.pool.connect()
  await other.query('begin')
  await other.query('select 1 from changes.feeds where slot = $1 for update', [feeds.slot])
  let done = false
  const stopped = feed.stop().then(() => (done = true))
  release()
  await eventually('the connection to be closed', async () => {
    const { rows } = await database.pool.query(
      'select active from pg_replication_slots where slot_name = $1',
      [feeds.slot],
    )
    return !rows[0].active
  })
  await database.pool.query('select 1')
  assert.equal(done, false)
  await other.query('commit')
  other.release()
  await stopped
  const next = recordingConsumer()
  await feeds.start(next)
  await insertDocument(database.pool, 'next')
  assert.deepEqual(titlesOf(await next.reached(1)), ['next'])
})
