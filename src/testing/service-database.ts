import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { SUPERUSER } from '../db/embedded/data-folder.ts'
import { readPostmasterFile } from '../db/embedded/leftovers.ts'
import { SOCKET_PORT } from '../db/embedded/socket-folder.ts'
import { startEmbeddedPostgres } from '../db/embedded/embedded-postgres.ts'
import { silentLogger } from '../runtime/logger.ts'

export { signalProcess } from '../runtime/processes.ts'

/** Runs `work` on the database of a service that does not run. */
export async function withStoppedDatabase<T>(data: string, work: (client: Client) => Promise<T>): Promise<T> {
  const server = await startEmbeddedPostgres({ folder: join(data, 'postgres'), log: silentLogger })
  const client = new Client(server.connection)
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end()
    await server.stop()
  }
}

/** The process id of the embedded server. @param data the service's data folder */
export async function postmasterPid(data: string): Promise<number> {
  return (await readPostmaster(data)).pid
}

/** Connects to the embedded server of a running service as superuser, without the service. */
export async function withDatabase<T>(data: string, work: (client: Client) => Promise<T>): Promise<T> {
  const { socketFolder } = await readPostmaster(data)
  const client = new Client({
    host: socketFolder,
    port: SOCKET_PORT,
    user: SUPERUSER,
    password: (await readFile(join(data, 'postgres', 'password'), 'utf8')).trim(),
    database: 'docmgr',
    connectionTimeoutMillis: 10_000,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

async function readPostmaster(data: string) {
  const file = await readPostmasterFile(join(data, 'postgres', 'data'))
  if (!file) throw new Error(`no PostgreSQL runs on ${data}`)
  return file
}
