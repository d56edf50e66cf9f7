import type { Pool } from 'pg'
import { queryRows } from './query.ts'

/**
 * Tells this database from every other: the number that its server got when it was initialized, that of the database in it,
 * and the timeline, which a recovery to an earlier state begins. Only a copy of the files has the same.
 */
export async function databaseId(pool: Pool): Promise<string> {
  const [row] = await queryRows<{ id: string }>(
    pool,
    `SELECT concat_ws('/', system_identifier, oid, timeline_id) AS id
       FROM pg_control_system(), pg_control_checkpoint(), pg_database WHERE datname = current_database()`,
  )
  return row!.id
}
