import type { Database } from '../../db/database.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { HistoryLimits } from './driver.ts'
import type { OpenFeed } from './feed.ts'

/** What the drivers need from the program. */
export interface ChangesResources {
  /** for `wal:` */
  database: Database | undefined
  /** replication slot of `wal:` */
  slot: string
  /** prefix of the topic names */
  prefix: string
  /** prefix of the consumer groups' names */
  group: string
  /** name of this process in its groups, kept over a restart */
  instance?: string | undefined
  history: HistoryLimits
  clock: Clock
  log: Logger
}

/**
 * `wal:` reads the database's log in this process; `kafka://host:port` reads the topics that Debezium writes.
 * @throws Error when no driver has this scheme
 */
export async function openChanges(url: string, resources: ChangesResources): Promise<OpenFeed> {
  if (url === 'wal:') {
    const { database, slot, history, clock, log } = resources
    if (!database) throw new Error('changes.url: wal: needs the database')
    const { openWalFeed } = await import('./wal/driver.ts')
    return openWalFeed({ database, slot, history, clock, log })
  }
  if (/^kafkas?:/.test(url)) {
    const { openKafkaFeed } = await import('./kafka/driver.ts')
    return openKafkaFeed({ ...resources, url })
  }
  throw new Error(`${url.split(':')[0]}: is not a change feed: use wal: or kafka://host:port`)
}
