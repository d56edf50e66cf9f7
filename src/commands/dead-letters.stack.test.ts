import { test } from 'node:test'
import { Pool } from 'pg'
import { openBlobs } from '../ports/blobs/open.ts'
import { silentLogger } from '../runtime/logger.ts'
import { checkLetterFlow, checkLettersOverRest } from '../testing/dead-letter-flow.ts'
import { stack } from '../testing/stack.ts'
import { startTopology } from '../testing/topology.ts'
import { undoing } from '../testing/undoing.ts'

test('a letter in Kafka is listed, and seen in readiness, in metrics and by doctor, until a retry projects the newest state, also over REST', async (t) => {
  const undo = undoing(t)
  const topology = await startTopology({ document: 1, search: 1, indexer: 1, ws: 1 })
  undo.after(() => topology.stop())
  const { names, urls, cli } = topology
  const connectionString = Object.assign(new URL(stack.adminUrl), { pathname: `/${names.database}` }).href
  const pool = new Pool({ connectionString, max: 1 })
  undo.after(() => pool.end())
  const blobs = await openBlobs(`s3:${stack.s3Endpoint}`, {
    folder: names.folder,
    accessKey: stack.s3AccessKey,
    secretKey: stack.s3SecretKey,
    bucketPrefix: names.bucketPrefix,
    region: 'us-east-1',
    log: silentLogger,
  })
  undo.after(() => blobs.stop())
  const [indexer] = topology.instances('indexer')
  const target = {
    search: urls.search,
    indexer: indexer!.url,
    rest: urls.http,
    pool,
    blobs,
    docmgr: cli,
  }
  await checkLettersOverRest(target)
  await checkLetterFlow(target)
})
