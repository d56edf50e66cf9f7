import { Client } from 'pg'
import type { ConnectionSettings } from '../../../db/database.ts'

/**
 * A connection that bypasses any pooler. All values are PostgreSQL's texts, with times in UTC and ISO format.
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
    types: { getTypeParser: () => (text: string) => text },
    ...(replication && { replication: 'database' }),
  }
  const client = new Client(config)
  // The error surfaces through the pending query or `end`; without a listener the process would exit.
  client.on('error', () => {})
  await client.connect()
  return client
}
