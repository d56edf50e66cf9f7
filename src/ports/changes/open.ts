import type { Database } from '../../db/database.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { HistoryLimits } from './wal/history.ts'
import type { ChangeFeed } from './port.ts'

/** What adapters may need of the program. */
export interface ChangesResources {
  /** for `wal:` */
  database: Database | undefined
  /** replication slot of `wal:` */
  slot: string
  /** what the names of the topics begin with */
  prefix: string
  /** what the names of the consumer groups begin with */
  group: string
  /** name of this process in its groups, kept over a restart */
  instance?: string | undefined
  history: HistoryLimits
  clock: Clock
  log: Logger
}

export interface OpenFeed extends ChangeFeed {
  /** what reading found and repaired, in sentences for the operator */
  findings: string[]
}

/**
 * The change feed that a URL names: `wal:` reads the database's own log in this process, `kafka:` what Debezium wrote.
 * @throws Error when no adapter has this scheme
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
  throw new Error(`${url.split(':')[0]}: names no change feed: write wal: or kafka://host:port`)
}
