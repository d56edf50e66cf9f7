import { Client } from 'pg'
import { connectionOf } from '../db/connection-url.ts'

/** A replication slot as the server sees it. */
export interface Slot {
  /** every commit after now will be streamed; false while the slot is being made */
  ready: boolean
  /** somebody reads it */
  active: boolean
  /** the server has removed log that it needs */
  lost: boolean
  /** bytes of log that its reader has not confirmed yet */
  lagBytes: number
}

/** The database that the connector reads, beside it. */
export interface SlotDatabase {
  hasPublication(name: string): Promise<boolean>
  /** undefined when there is no such slot; @throws Error when the slot is of another database */
  slot(name: string): Promise<Slot | undefined>
  /** whether this user may drop a slot */
  mayDrop(): Promise<boolean>
  drop(name: string): Promise<void>
  close(): Promise<void>
}

/** The database cannot be asked. */
export class DatabaseUnreachableError extends Error {
  /** it may be there in a moment: nobody listens, or the server is starting */
  readonly mayPass: boolean
  constructor(setting: string, where: string, { code, message }: NodeJS.ErrnoException) {
    super(`PostgreSQL does not answer at ${where} (${message || code}): ${setting} names it`)
    this.name = 'DatabaseUnreachableError'
    // 57P03: the database system is starting up. Any other code of five letters is an answer, such as a wrong password.
    this.mayPass = code === undefined || code === '57P03' || !/^[0-9A-Z]{5}$/.test(code)
  }
}

const CONNECT_LIMIT_MS = 5_000
const STATEMENT_LIMIT_MS = 10_000

/**
 * @param setting the one that the URL comes from, for messages
 * @throws DatabaseUnreachableError
 */
export async function openSlotDatabase(url: string, setting: string): Promise<SlotDatabase> {
  const connection = connectionOf(url)
  const client = new Client({
    ...connection,
    application_name: 'docmgr cdc',
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    query_timeout: STATEMENT_LIMIT_MS,
  })
  // What runs fails; between two statements nobody needs to know.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    const where = `${connection.host}:${connection.port}/${connection.database}`
    throw new DatabaseUnreachableError(setting, where, error as NodeJS.ErrnoException)
  }
  return {
    async hasPublication(name) {
      const { rows } = await client.query('select from pg_publication where pubname = $1', [name])
      return rows.length > 0
    },
    async slot(name) {
      const { rows } = await client.query(
        `select active, confirmed_flush_lsn is not null as ready, wal_status = 'lost' as lost,
                coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn), 0)::float8 as lag,
                database, database = current_database() as here
           from pg_replication_slots where slot_name = $1`,
        [name],
      )
      const [row] = rows
      if (!row) return undefined
      if (!row.here) {
        throw new Error(
          `the replication slot ${name} is of database ${row.database}, and ${setting} names ` +
            `${connection.database}: set changes.slot to another name, or correct the one that is wrong`,
        )
      }
      return { ready: row.ready, active: row.active, lost: row.lost, lagBytes: Math.max(0, row.lag) }
    },
    async mayDrop() {
      const { rows } = await client.query(
        'select rolsuper or rolreplication as may from pg_roles where rolname = current_user',
      )
      return rows[0].may
    },
    async drop(name) {
      await client.query(
        'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1',
        [name],
      )
    },
    close: () => client.end(),
  }
}
