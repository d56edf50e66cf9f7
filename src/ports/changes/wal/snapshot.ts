import type { QueryResult } from 'pg'
import type { ConnectionSettings } from '../../../db/database.ts'
import { type Topic, TOPIC_TABLE } from '../../../domain/topics.ts'
import { columnParser } from './columns.ts'
import { connectDirect } from './connection.ts'
import type { Row } from './envelope.ts'

export interface SnapshotRow {
  topic: Topic
  row: Row
  /** Debezium's marker; a single row is `last` */
  marker: 'first' | 'true' | 'last'
}

/** rows of one FETCH */
const FETCH_ROWS = 500

/**
 * Every row of the published tables that a transaction with the exported snapshot sees. The connection is closed also
 * when the caller stops early.
 * @param onImported the connection that exported the snapshot may close
 */
export async function* readSnapshot(
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
        const result = await client.query({ text: `fetch ${FETCH_ROWS} from snapshot`, rowMode: 'array' })
        if (result.rows.length === 0) break
        for (const row of rowsOf(result)) {
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

/** The rows of a result of texts, with their values as events carry them. */
export function rowsOf({ rows, fields }: QueryResult<(string | null)[]>): Row[] {
  const columns = fields.map(({ name, dataTypeID }) => ({ name, parse: columnParser(dataTypeID) }))
  return rows.map((values) =>
    Object.fromEntries(
      columns.map(({ name, parse }, index) => {
        const text = values[index]!
        return [name, text === null ? null : parse(text)]
      }),
    ),
  )
}
