import type { Client, Pool } from 'pg'
import type { ConnectionSettings } from '../../../db/database.ts'
import { connectDirect } from './connection.ts'
import { type Lsn, parseLsn } from './lsn.ts'

/** A logical replication slot as the server sees it. */
export interface SlotState {
  /** log before this may be removed; undefined while the slot is being created */
  confirmed: Lsn | undefined
  /** `lost`: the server has removed log that the slot needs (max_slot_wal_keep_size) */
  walStatus: 'reserved' | 'extended' | 'unreserved' | 'lost'
  /** the process that reads it */
  reader: { pid: number; silentMs: number | undefined } | undefined
  /** end of the server's log */
  serverEnd: Lsn
}

/** @returns undefined when there is no such slot; @throws Error when the slot is not one of this program */
export async function inspectSlot(pool: Pool, slot: string): Promise<SlotState | undefined> {
  const { rows } = await pool.query(
    `select s.confirmed_flush_lsn::text as confirmed, s.wal_status, s.active_pid, s.plugin,
            s.database = current_database() as here, pg_current_wal_lsn()::text as server_end,
            (extract(epoch from clock_timestamp() - coalesce(r.reply_time, r.backend_start)) * 1000)::float8 as silent_ms
       from pg_replication_slots s left join pg_stat_replication r on r.pid = s.active_pid
      where s.slot_name = $1`,
    [slot],
  )
  const row = rows[0]
  if (!row) return undefined
  if (!row.here || row.plugin !== 'pgoutput') {
    throw new Error(
      `the replication slot ${slot} belongs to another database or program: configure another name`,
    )
  }
  return {
    confirmed: row.confirmed === null ? undefined : parseLsn(row.confirmed),
    walStatus: row.wal_status,
    reader:
      row.active_pid === null ? undefined : { pid: row.active_pid, silentMs: row.silent_ms ?? undefined },
    serverEnd: parseLsn(row.server_end),
  }
}

/** @throws Error when the server cannot serve the feed */
export async function checkServer(pool: Pool, publication: string): Promise<void> {
  const { rows } = await pool.query(
    `select current_setting('wal_level') as level,
            exists (select from pg_publication where pubname = $1) as published`,
    [publication],
  )
  if (rows[0].level !== 'logical') {
    throw new Error(`the change feed needs wal_level = logical in PostgreSQL, but it is ${rows[0].level}`)
  }
  if (!rows[0].published) throw new Error(`the publication ${publication} is missing: run \`docmgr migrate\``)
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

export async function dropSlot(pool: Pool, slot: string): Promise<void> {
  await pool.query(
    'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1',
    [slot],
  )
}

export async function terminateReader(pool: Pool, pid: number): Promise<void> {
  await pool.query('select pg_terminate_backend($1)', [pid])
}
