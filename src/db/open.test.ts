import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { silentLogger } from '../runtime/logger.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { openEmbedded } from './open.ts'

/** The default of shutdown.limit. */
const MODULE_STOP_MS = 10_000

test('the embedded server is stopped in time and cleanly, although a connection is in use and a statement runs', async (t) => {
  const data = await newDataFolder()
  t.after(() => rm(data, { recursive: true, force: true }))
  const options = { folder: join(data, 'postgres'), poolSize: 2, statementTimeout: 60_000, log: silentLogger }
  const first = await openEmbedded(options)
  const client = await first.pool.connect()
  client.on('error', () => {})
  const running = client.query('SELECT pg_sleep(60)').catch((error: Error) => error.message)
  const begun = performance.now()
  await first.stop()
  const millis = performance.now() - begun
  assert.ok(millis < MODULE_STOP_MS, `${millis} ms`)
  assert.match(String(await running), /terminat/)
  client.release(true)
  const second = await openEmbedded(options)
  t.after(() => second.stop())
  assert.deepEqual(second.findings, [])
})
