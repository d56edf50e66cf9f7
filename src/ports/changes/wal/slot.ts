import type { Client, Pool } from 'pg'
import type { ConnectionSettings } from '../../../db/database.ts'
import { type Lsn, parseLsn } from '../../../db/lsn.ts'
import { hasPublication, readReplicationSlot, type ReplicationSlot } from '../../../db/replication-slot.ts'
import { pause } from '../../../runtime/backoff.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { connectDirect } from './connection.ts'

/** A reader reports its status every five seconds; one that is silent for this long has no process any more. */
const ORPHAN_SILENT_MS = 15_000
const WAIT_TIMEOUT_MS = 30_000

/** @throws Error when the slot belongs to another database or program */
export async function inspectSlot(pool: Pool, slot: string): Promise<ReplicationSlot | undefined> {
  const found = await readReplicationSlot(pool, slot)
  if (!found || (found.isLocal && found.plugin === 'pgoutput')) return found
  throw new Error(
    `the replication slot ${slot} belongs to another database or program: configure another name`,
  )
}

/**
 * Waits until no process reads the slot. The walsender of a killed process usually ends by itself; one that hangs is
 * terminated.
 * @throws Error when a living process keeps reading it
 */
export async function waitForSlot(
  pool: Pool,
  slot: string,
  log: Logger,
  signal: AbortSignal,
): Promise<ReplicationSlot | undefined> {
  const deadline = performance.now() + WAIT_TIMEOUT_MS
  for (let wait = 10; ; wait = Math.min(wait * 2, 500)) {
    const state = await inspectSlot(pool, slot)
    if (!state?.reader) return state
    const { pid, silentMs } = state.reader
    if (silentMs !== undefined && silentMs > ORPHAN_SILENT_MS) {
      log.warn({ slot, pid, silentMs }, 'terminating the orphaned reader of the replication slot')
      await pool.query('select pg_terminate_backend($1)', [pid])
    }
    if (performance.now() > deadline || signal.aborted) {
      throw new Error(`the replication slot ${slot} is read by another process (PostgreSQL PID ${pid})`)
    }
    await pause(wait, signal)
  }
}

/** @throws Error when the server cannot serve the feed */
export async function checkServer(pool: Pool, publication: string): Promise<void> {
  const { rows } = await pool.query(`select current_setting('wal_level') as level`)
  if (rows[0].level !== 'logical') {
    throw new Error(`the change feed needs wal_level = logical in PostgreSQL, but it is ${rows[0].level}`)
  }
  if (!(await hasPublication(pool, publication)))
    throw new Error(`the publication ${publication} is missing: run \`docmgr migrate\``)
}

export interface NewSlot {
  /** transactions that commit at or after this are streamed; the snapshot shows those before */
  consistent: Lsn
  /** name of the exported snapshot, for SET TRANSACTION SNAPSHOT; valid until `close` */
  snapshot: string
  close(): Promise<void>
}

/** Waits for the transactions that run now, as PostgreSQL requires; the signal ends the waiting. */
export async function createSlot(
  connection: ConnectionSettings,
  slot: string,
  signal: AbortSignal,
): Promise<NewSlot> {
  const client: Client = await connectDirect(connection, `docmgr slot ${slot}`, true)
  const abort = (): void => void client.end()
  signal.addEventListener('abort', abort, { once: true })
  try {
    const { rows } = await client.query(`CREATE_REPLICATION_SLOT "${slot}" LOGICAL pgoutput EXPORT_SNAPSHOT`)
    return {
      consistent: parseLsn(rows[0].consistent_point),
      snapshot: rows[0].snapshot_name,
      close: () => client.end(),
    }
  } catch (error) {
    await client.end()
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
