import { join } from 'node:path'
import { openRunning } from '../db/open.ts'
import { openBlobs } from '../ports/blobs/open.ts'
import { silentLogger } from '../runtime/logger.ts'
import { runCli } from './cli.ts'
import type { LetterTarget } from './dead-letter-flow.ts'

/**
 * Database and objects of a running service of one process, for what nobody does over its interfaces.
 * @param data its data folder
 * @param after called with what has to be done at the end, while the service still runs
 */
export async function openLetterTarget(
  data: string,
  http: string,
  after: (stop: () => Promise<void>) => void,
): Promise<LetterTarget> {
  const log = silentLogger
  const database = await openRunning({
    folder: join(data, 'postgres'),
    poolSize: 1,
    statementTimeout: 10_000,
    log,
  })
  const blobs = await openBlobs('file:', { folder: join(data, 'blobs'), database, log })
  after(async () => {
    await blobs.stop()
    await database.stop()
  })
  const docmgr = (...args: string[]) => runCli([...args, '--data', data])
  return { search: http, indexer: http, rest: http, pool: database.pool, blobs, docmgr }
}
