import type { ConnectionSettings, Database } from '../../../db/database.ts'
import type { Lsn } from '../../../db/lsn.ts'
import { type Topic, TOPIC_TABLE } from '../../../domain/topics.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { Dispatcher } from '../delivery/dispatcher.ts'
import { connectDirect } from './connection.ts'
import { makeEvent, type Origin, type Row } from './envelope.ts'
import { formatPosition } from './position.ts'
import type { Progress } from './progress.ts'
import type { NewSlot } from './slot.ts'

export interface SnapshotOptions {
  database: Database
  dispatcher: Dispatcher<Lsn>
  clock: Clock
}

interface SnapshotRow {
  topic: Topic
  row: Row
  /** Debezium's marker; a single row is `last` */
  marker: 'first' | 'true' | 'last'
}

/** rows of one FETCH */
const FETCH_ROWS = 500

/** Dispatches every row that the new slot's snapshot shows as an event of op `r`. @throws Error when the signal aborts */
export async function dispatchSnapshot(
  { database: { direct }, dispatcher, clock }: SnapshotOptions,
  { consistent, snapshot, close }: NewSlot,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const nowMs = clock.now().getTime()
  const origin: Origin = {
    database: direct.database,
    previousCommit: undefined,
    xid: null,
    committedUs: nowMs * 1000,
  }
  const { epoch } = progress.last
  let index = 0
  try {
    for await (const { topic, row, marker } of readSnapshot(direct, snapshot, close)) {
      await dispatcher.waitForCapacity(signal)
      if (signal.aborted) throw new Error('stopped during the snapshot')
      progress.last = { epoch, commit: consistent - 1n, index: ++index }
      const change = { topic, op: 'r', before: null, after: row, lsn: consistent, snapshot: marker } as const
      dispatcher.dispatch(makeEvent(change, origin, formatPosition(progress.last), nowMs))
    }
  } finally {
    await close().catch(() => {})
  }
  progress.snapshot = 'dispatched'
  dispatcher.mark(consistent)
}

/**
 * Every row of the published tables that a transaction with the exported snapshot sees. The connection is closed also
 * when the caller stops early.
 * @param onImported the connection that exported the snapshot may close
 */
async function* readSnapshot(
  connection: ConnectionSettings,
  snapshot: string,
  onImported: () => Promise<void>,
): AsyncGenerator<SnapshotRow> {
  const client = await connectDirect(connection, 'docmgr snapshot')
  try {
    await client.query('begin isolation level repeatable read read only')
    await client.query(`set transaction snapshot '${snapshot}'`)
    await onImported()
    let previous: Omit<SnapshotRow, 'marker'> | undefined
    let marker: SnapshotRow['marker'] = 'first'
    for (const { topic, schema, table } of TOPIC_TABLE) {
      await client.query(`declare snapshot no scroll cursor for select * from ${schema}.${table}`)
      for (;;) {
        const { rows } = await client.query<Row>(`fetch ${FETCH_ROWS} from snapshot`)
        if (rows.length === 0) break
        for (const row of rows) {
          // One row is held back, because the last one has its own marker.
          if (previous) {
            yield { ...previous, marker }
            marker = 'true'
          }
          previous = { topic, row }
        }
      }
      await client.query('close snapshot')
    }
    if (previous) yield { ...previous, marker: 'last' }
    await client.query('commit')
  } finally {
    await client.end()
  }
}
