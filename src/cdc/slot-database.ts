import { Client } from 'pg'
import { connectionOf } from '../db/connection-url.ts'
import { dropReplicationSlot, hasPublication, readReplicationSlot } from '../db/replication-slot.ts'

/** The connector's replication slot, as `docmgr cdc status` shows it. */
export interface Slot {
  /** commits from now on will be streamed; false while the slot is being created */
  ready: boolean
  /** a process reads it */
  active: boolean
  /** the server has removed log that it needs */
  lost: boolean
  /** bytes of log that its reader has not confirmed yet */
  lagBytes: number
}

/** A connection to the database that the connector reads. */
export interface SlotDatabase {
  hasPublication(name: string): Promise<boolean>
  /** @returns undefined when there is no such slot; @throws Error when the slot belongs to another database */
  slot(name: string): Promise<Slot | undefined>
  /** whether this user may drop a slot */
  mayDrop(): Promise<boolean>
  drop(name: string): Promise<void>
  close(): Promise<void>
}

/** No connection to the database. */
export class DatabaseUnreachableError extends Error {
  /** a later attempt may succeed: nothing listens, or the server is starting */
  readonly isTransient: boolean
  constructor(setting: string, where: string, { code, message }: NodeJS.ErrnoException) {
    super(`PostgreSQL does not answer at ${where} (${message || code}): check ${setting}`)
    this.name = 'DatabaseUnreachableError'
    // 57P03: the database system is starting up. Any other code of five letters is an answer, such as a wrong password.
    this.isTransient = code === undefined || code === '57P03' || !/^[0-9A-Z]{5}$/.test(code)
  }
}

const CONNECT_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 10_000

/**
 * @param setting name of the setting that the URL comes from, for messages
 * @throws DatabaseUnreachableError
 */
export async function openSlotDatabase(
  url: string,
  setting: 'database.url' | 'database.directUrl',
): Promise<SlotDatabase> {
  const connection = connectionOf(url, setting)
  const client = new Client({
    ...connection,
    application_name: 'docmgr cdc',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS,
  })
  // The error surfaces through the pending query.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    const where = `${connection.host}:${connection.port}/${connection.database}`
    throw new DatabaseUnreachableError(setting, where, error as NodeJS.ErrnoException)
  }
  return {
    hasPublication: (name) => hasPublication(client, name),
    async slot(name) {
      const found = await readReplicationSlot(client, name)
      if (!found) return undefined
      const { database, isLocal, confirmed, reader, walStatus, serverEnd } = found
      if (!isLocal) {
        throw new Error(
          `the replication slot ${name} belongs to database ${database}, but ${setting} names ` +
            `${connection.database}: set changes.slot to another name, or correct ${setting}`,
        )
      }
      return {
        ready: confirmed !== undefined,
        active: reader !== undefined,
        lost: walStatus === 'lost',
        lagBytes: confirmed === undefined ? 0 : Math.max(0, Number(serverEnd - confirmed)),
      }
    },
    async mayDrop() {
      const { rows } = await client.query(
        'select rolsuper or rolreplication as may from pg_roles where rolname = current_user',
      )
      return rows[0].may
    },
    drop: (name) => dropReplicationSlot(client, name),
    close: () => client.end(),
  }
}
