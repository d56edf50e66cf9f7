import { join } from 'node:path'
import { connectDatabase } from '../db/connect.ts'
import type { Database } from '../db/database.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { packageRoot } from '../runtime/package-root.ts'
import { startTestPostgres } from './postgres.ts'

export interface TestDatabases {
  /** a new, migrated database */
  open(): Promise<Database>
  stop(): Promise<void>
}

/** A temporary server for one test file; each test opens a database of its own on it. */
export async function startTestDatabases(): Promise<TestDatabases> {
  const server = await startTestPostgres()
  const opened: Database[] = []
  return {
    async open() {
      const direct = await server.createDatabase()
      await migrateDatabase(direct, join(packageRoot(), 'drizzle'))
      const database = connectDatabase(direct, {
        size: 5,
        waitMs: 5_000,
        statementMs: 10_000,
        onError: () => {},
      })
      opened.push(database)
      return database
    },
    async stop() {
      await Promise.all(opened.map((database) => database.stop()))
      await server.stop()
    },
  }
}
