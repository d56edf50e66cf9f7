import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openRunning } from '../../db/open.ts'
import { openBlobs } from '../../ports/blobs/open.ts'
import { silentLogger } from '../../runtime/logger.ts'
import { runCli } from '../../testing/cli.ts'
import { runDamages } from '../../testing/damages/damage-suite.ts'
import { newDataFolder } from '../../testing/postgres.ts'
import { openIndexBeside } from '../../testing/search-index.ts'
import { startServiceProcess } from '../../testing/service-process.ts'
import { undoing } from '../../testing/undoing.ts'

/** Damages of each kind, 1,000 and more in all. */
const TIMES_EACH = 30

test('verify finds each of 1,000 damages beside a service, and repairs what can be rebuilt', async (t) => {
  const undo = undoing(t)
  const data = await newDataFolder()
  undo.after(() => rm(data, { recursive: true }))
  const service = await startServiceProcess(data)
  undo.after(() => service.stop())
  const log = silentLogger
  const folder = join(data, 'postgres')
  const database = await openRunning({ folder, poolSize: 4, statementTimeout: 10_000, log })
  undo.after(() => database.stop())
  const blobs = await openBlobs('file:', { folder: join(data, 'blobs'), database, log })
  undo.after(() => blobs.stop())
  const target = {
    http: service.urls.http,
    pool: database.pool,
    blobs,
    index: await openIndexBeside(data, undo),
    verify: (...args: string[]) => runCli(['verify', ...args, '--data', data], { limitMs: 600_000 }),
  }
  await runDamages(t, target, TIMES_EACH)
})
