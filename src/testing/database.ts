import { Client } from 'pg'
import { connectDatabase } from '../db/connect.ts'
import type { ConnectionSettings, Database } from '../db/database.ts'
import { createTestDatabase, startTestPostgres } from './postgres.ts'
import { type Undo, undoing } from './undoing.ts'

export interface TestDatabases {
  /** a new, migrated database */
  open(): Promise<Database>
  stop(): Promise<void>
}

/** Where `shared-postgres.worker.ts` serves the test files of this run, as JSON. Without it, a file starts its own server. */
const SHARED_SERVER = 'TEST_POSTGRES'

/**
 * A new, migrated database on the server that all test files of a run share. It is closed, and its replication slots are
 * dropped, when `t` ends.
 */
export async function openTestDatabase(t: Undo): Promise<Database> {
  const databases = await startTestDatabases()
  undoing(t).after(() => databases.stop())
  return databases.open()
}

/**
 * For a test file each of whose tests opens a database of its own.
 * @param options.ownServer for tests that disturb the server, or that others would disturb: the end of the log and the
 * oldest transaction are the server's, not the database's
 */
export async function startTestDatabases({ ownServer = false } = {}): Promise<TestDatabases> {
  const connection = ownServer ? undefined : sharedConnection()
  const server = connection ? undefined : await startTestPostgres()
  const opened: Database[] = []
  return {
    async open() {
      const direct = await createTestDatabase(connection ?? server!.connection)
      const options = { size: 5, waitMs: 5_000, statementMs: 10_000, onError: () => {} }
      const database = connectDatabase(direct, options)
      opened.push(database)
      return database
    },
    async stop() {
      await Promise.all(opened.map((database) => database.stop()))
      if (server) await server.stop()
      else for (const { direct } of opened) await dropSlots(direct)
    },
  }
}

function sharedConnection(): ConnectionSettings | undefined {
  const text = process.env[SHARED_SERVER]
  return text === undefined ? undefined : (JSON.parse(text) as ConnectionSettings)
}

/** A slot that nothing reads would keep the log of the whole server. */
export async function dropSlots(connection: ConnectionSettings): Promise<void> {
  const client = new Client({ ...connection, ssl: false })
  await client.connect()
  try {
    const slots = 'from pg_replication_slots where database = current_database()'
    await client.query(`select pg_terminate_backend(active_pid, 5000) ${slots} and active`)
    await client.query(`select pg_drop_replication_slot(slot_name) ${slots}`)
  } finally {
    await client.end()
  }
}
