import { Client } from 'pg'
import type { ConnectionSettings } from '../../../db/database.ts'

/**
 * A connection past any pooler whose values are PostgreSQL's texts, in UTC and ISO dates.
 *
 * @param replication a walsender of the database, which understands the replication commands
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
  // Whoever runs a query or listens for `end` learns of it; without a listener the process would end.
  client.on('error', () => {})
  await client.connect()
  return client
}
