import { Client } from 'pg'
import { EVENT_VALUES } from '../../../db/column-values.ts'
import type { ConnectionSettings } from '../../../db/database.ts'

/**
 * A connection that bypasses any pooler. Rows have the values that change events carry.
 * @param replication connect to a walsender of the database, which accepts the replication commands
 */
export async function connectDirect(
  settings: ConnectionSettings,
  name: string,
  replication = false,
): Promise<Client> {
  const config = {
    ...settings,
    application_name: name,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    options: '-c timezone=UTC -c datestyle=ISO',
    types: EVENT_VALUES,
    ...(replication && { replication: 'database' }),
  }
  const client = new Client(config)
  // The error surfaces through the pending query or `end`; without a listener the process would exit.
  client.on('error', () => {})
  await client.connect()
  return client
}
