import type { QueryResult } from 'pg'
import type { ConnectionSettings } from '../../../db/database.ts'
import type { Topic } from '../../../domain/change.ts'
import { columnParser } from './columns.ts'
import { connectDirect } from './connection.ts'
import type { Row } from './envelope.ts'

export interface SnapshotRow {
  topic: Topic
  row: Row
  /** Debezium's place in the snapshot; a single row is `last` */
  place: 'first' | 'true' | 'last'
}

/** rows that one FETCH brings */
const FETCH_ROWS = 500

const TABLES = [
  ['cdc.documents', 'documents.documents'],
  ['cdc.signatures', 'signatures.signatures'],
] as const

/**
 * Every row that a transaction with the exported snapshot sees. The connection is closed also when the reader stops
 * early.
 *
 * @param onImported the snapshot is taken over: the connection that exported it may close
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
    let held: Omit<SnapshotRow, 'place'> | undefined
    let place: SnapshotRow['place'] = 'first'
    for (const [topic, table] of TABLES) {
      await client.query(`declare snapshot no scroll cursor for select * from ${table}`)
      for (;;) {
        const result = await client.query({ text: `fetch ${FETCH_ROWS} from snapshot`, rowMode: 'array' })
        if (result.rows.length === 0) break
        for (const row of rowsOf(result)) {
          // One is held back, because the last of all is marked.
          if (held) {
            yield { ...held, place }
            place = 'true'
          }
          held = { topic, row }
        }
      }
      await client.query('close snapshot')
    }
    if (held) yield { ...held, place: 'last' }
    await client.query('commit')
  } finally {
    await client.end()
  }
}

/** The rows of a result whose values are PostgreSQL's texts, as events carry them. */
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
