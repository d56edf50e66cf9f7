import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { poll } from '../../runtime/poll.ts'
import type { ConnectionSettings } from '../database.ts'
import { SUPERUSER } from './data-folder.ts'
import { DATABASE } from './embedded-postgres.ts'
import { readPostmasterFile } from './leftovers.ts'
import { SOCKET_PORT } from './socket-folder.ts'

const START_LIMIT_MS = 15_000

/**
 * How to connect to the server that another process runs on this folder, as a second client beside that process. Waits
 * while the server starts.
 * @throws Error when there is none, or this user may not read its password
 */
export async function connectionOfRunning(folder: string): Promise<ConnectionSettings> {
  const file = await poll(
    { timeoutMs: START_LIMIT_MS },
    'the embedded PostgreSQL of the service',
    async () => {
      const found = await readPostmasterFile(join(folder, 'data'))
      return found?.ready && found
    },
  )
  const password = (await readFile(join(folder, 'password'), 'utf8')).trim()
  return { host: file.socketFolder, port: SOCKET_PORT, user: SUPERUSER, password, database: DATABASE }
}
