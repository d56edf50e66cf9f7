import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { connectDatabase } from '../../../db/connect.ts'
import { startEmbeddedPostgres } from '../../../db/embedded/embedded-postgres.ts'
import { migrateDatabase } from '../../../db/migrate.ts'
import { silentLogger } from '../../../runtime/logger.ts'
import { packageRoot } from '../../../runtime/package-root.ts'
import { insertDocument, recordingConsumer } from '../../../testing/changes.ts'
import { deferred, eventually } from '../../../testing/deadline.ts'
import { copyTestCluster } from '../../../testing/postgres.ts'
import { testFeeds } from '../../../testing/wal-feed.ts'

/** A server that the test can kill and start again at the same address, with feeds on a database of it. */
async function startServer(t: TestContext, settings: Record<string, string> = {}) {
  const parent = await mkdtemp(join(tmpdir(), 'docmgr-test-feed-'))
  const folder = join(parent, 'postgres')
  await copyTestCluster(folder)
  let server = await startEmbeddedPostgres({ folder, log: silentLogger, settings })
  const direct = server.connection
  await migrateDatabase(direct, join(packageRoot(), 'drizzle'))
  const database = connectDatabase(direct, { size: 5, waitMs: 5_000, statementMs: 10_000, onError: () => {} })
  const feeds = testFeeds(t, database)
  t.after(async () => {
    await database.stop()
    await server.stop(3_000)
    await rm(parent, { recursive: true, force: true })
  })
  return {
    pool: database.pool,
    feeds,
    async kill() {
      process.kill(server.pid, 'SIGKILL')
      await server.ended
    },
    async restart() {
      server = await startEmbeddedPostgres({ folder, log: silentLogger, settings, port: direct.port })
    },
  }
}

test('a feed reconnects after its server was killed; no event is lost or repeated', async (t) => {
  const { pool, feeds, kill, restart } = await startServer(t)
  const consumer = recordingConsumer()
  const feed = await feeds.start(consumer)
  const before = await insertDocument(pool, 'before')
  await consumer.reached(1)
  const position = feed.position()
  const last = await insertDocument(pool, 'just before')
  await kill()
  await eventually('the feed to reconnect', () => feed.status().state === 'reconnecting')
  assert.ok(feed.status().problem)

  await restart()
  await eventually('the stream', () => feed.status().state === 'streaming', 30_000)
  const after = await insertDocument(pool, 'after')
  await consumer.reached(3)
  assert.deepEqual(
    consumer.events.map(({ key }) => key),
    [before, last, after],
  )
  assert.deepEqual(consumer.resets, [])
  // A consumer may still wait for its next attempt.
  await eventually('no problem', () => feed.status().problem === undefined)
  const replay = await feed.replay(last, position, 10)
  assert.deepEqual(replay, { kind: 'events', events: [consumer.events[1]] })
})

test('a slot whose log the server removed while a consumer was stuck is created again', async (t) => {
  const { pool, feeds } = await startServer(t, { max_slot_wal_keep_size: '1MB' })
  const { promise: gate, resolve: release } = deferred()
  const stuck = recordingConsumer({ name: 'stuck', before: () => gate })
  const other = recordingConsumer({ name: 'other' })
  const feed = await feeds.start(stuck, other)
  const id = await insertDocument(pool)
  await other.reached(1)
  for (let segment = 0; segment < 3; segment++) {
    await pool.query(`select pg_logical_emit_message(false, 'fill', 'x'), pg_switch_wal()`)
  }
  await pool.query('checkpoint')
  await eventually('a finding', () => feed.findings.length > 0, 30_000)
  assert.match(feed.findings[0]!, /has removed log/)
  await other.reached(2)
  assert.deepEqual(
    other.events.map(({ value }) => value.op),
    ['c', 'r'],
  )
  release()
  await stuck.reached(2)
  assert.deepEqual(
    stuck.events.map(({ key, value }) => [key, value.op]),
    [
      [id, 'c'],
      [id, 'r'],
    ],
  )
  assert.equal(stuck.resets.length, 1)
})
