import pg from 'pg'
import type { ConnectionSettings } from './database.ts'
import { quick } from './query.ts'

/** Key of the advisory lock: any number that all docmgr processes share, and that no other lock has. */
const BACKUP_LOCK = 7_302_115_115

/**
 * Several backups share the lock; what removes objects has it alone, because a backup reads the objects of the rows that
 * it saw at its start.
 * @returns false when the other side has it
 */
export async function tryBackupLock(client: pg.ClientBase, mode: 'shared' | 'exclusive'): Promise<boolean> {
  const take = mode === 'shared' ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock'
  const { rows } = await client.query<{ taken: boolean }>(quick(`select ${take}($1) as taken`, [BACKUP_LOCK]))
  return rows[0]!.taken
}

/** Opens a direct connection of its own, on which the session is this caller's alone. */
export async function connectAlone(connection: ConnectionSettings): Promise<pg.Client> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 10_000, keepAlive: true })
  // A connection that is lost also rejects the statement in flight; without a listener it would end the process.
  client.on('error', () => {})
  await client.connect()
  return client
}
