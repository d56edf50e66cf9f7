import type { Client, Pool } from 'pg'
import { type Lsn, parseLsn } from './lsn.ts'

/** Either kind of connection; its values are parsed as pg does by default, or are PostgreSQL's texts. */
type Queryable = Pick<Pool | Client, 'query'>

/** A logical replication slot as the server reports it. */
export interface ReplicationSlot {
  /** name of its database */
  database: string
  /** it belongs to the connected database */
  isLocal: boolean
  /** its output plugin, such as `pgoutput` */
  plugin: string
  /** log before this may be removed; undefined while the slot is being created */
  confirmed: Lsn | undefined
  /** `lost`: the server has removed log that the slot needs (max_slot_wal_keep_size) */
  walStatus: 'reserved' | 'extended' | 'unreserved' | 'lost'
  /** the process that reads it; `silentMs`: since its last status, where this user may see that */
  reader: { pid: number; silentMs: number | undefined } | undefined
  /** end of the server's log */
  serverEnd: Lsn
}

/**
 * Debezium's slot for `changes.slot`. The suffix keeps it apart from the slot of `wal:`, because two readers cannot share
 * one slot.
 */
export const debeziumSlot = (slot: string): string => `${slot}_cdc`

/** @returns undefined when there is no slot of this name */
export async function readReplicationSlot(
  connection: Queryable,
  name: string,
): Promise<ReplicationSlot | undefined> {
  const { rows } = await connection.query(
    `select s.database, s.database = current_database() as is_local, s.plugin,
            s.confirmed_flush_lsn::text as confirmed, s.wal_status, s.active_pid,
            pg_current_wal_lsn()::text as server_end,
            (extract(epoch from clock_timestamp() - coalesce(r.reply_time, r.backend_start)) * 1000)::float8 as silent_ms
       from pg_replication_slots s left join pg_stat_replication r on r.pid = s.active_pid
      where s.slot_name = $1`,
    [name],
  )
  const row = rows[0]
  if (!row) return undefined
  return {
    database: row.database,
    isLocal: row.is_local,
    plugin: row.plugin,
    confirmed: row.confirmed === null ? undefined : parseLsn(row.confirmed),
    walStatus: row.wal_status,
    reader:
      row.active_pid === null ? undefined : { pid: row.active_pid, silentMs: row.silent_ms ?? undefined },
    serverEnd: parseLsn(row.server_end),
  }
}

/** Does nothing when there is no slot of this name. @throws the error of pg, such as 55006 while it is read */
export async function dropReplicationSlot(connection: Queryable, name: string): Promise<void> {
  await connection.query(
    'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1',
    [name],
  )
}

export async function hasPublication(connection: Queryable, name: string): Promise<boolean> {
  const { rows } = await connection.query('select from pg_publication where pubname = $1', [name])
  return rows.length > 0
}
