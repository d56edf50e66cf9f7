import { test } from 'node:test'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { openBlobs } from '../../ports/blobs/open.ts'
import { openSearch } from '../../ports/search/open.ts'
import { silentLogger } from '../../runtime/logger.ts'
import { runDamages } from '../../testing/damages/damage-suite.ts'
import { stack } from '../../testing/stack.ts'
import { startTopology } from '../../testing/topology.ts'
import { undoing } from '../../testing/undoing.ts'

/** Damages of each kind: about a thousand. */
const TIMES_EACH = 27

test('verify finds damages of every kind on the servers, and repairs what can be rebuilt', async (t) => {
  const undo = undoing(t)
  const topology = await startTopology({ document: 1, signature: 1, indexer: 1 })
  undo.after(() => topology.stop())
  const { names, urls } = topology
  const log = silentLogger
  const connectionString = Object.assign(new URL(stack.adminUrl), { pathname: `/${names.database}` }).href
  const pool = new Pool({ connectionString, max: 4 })
  undo.after(() => pool.end())
  const blobs = await openBlobs(`s3:${stack.s3Endpoint}`, {
    folder: names.folder,
    accessKey: stack.s3AccessKey,
    secretKey: stack.s3SecretKey,
    bucketPrefix: names.bucketPrefix,
    region: 'us-east-1',
    log,
  })
  undo.after(() => blobs.stop())
  const url = `elasticsearch:${stack.elasticsearchUrl}`
  const index = await openSearch(url, { index: names.index, log })
  undo.after(() => index.stop())
  const redis = await createClient({ url: names.redisUrl }).connect()
  undo.after(() => redis.destroy())
  const verify = (...args: string[]) => topology.cli('verify', ...args)
  await runDamages(t, { http: urls.http, pool, blobs, index, redis, verify }, TIMES_EACH)
})
