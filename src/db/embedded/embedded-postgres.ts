import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { type Logger } from '../../runtime/logger.ts'
import { type ConnectionSettings } from '../database.ts'
import { findBinaries } from './binaries.ts'
import { openDataFolder, SUPERUSER } from './data-folder.ts'
import { clearLeftovers, clusterName, readPostmasterFile } from './leftovers.ts'
import {
  type ServerCommand,
  type ServerProcess,
  spawnServer,
  stopServer,
  waitUntilReady,
} from './server-process.ts'
import { DEFAULT_SETTINGS, settingArguments } from './settings.ts'
import { isTemporary, makeSocketFolder, removeSocketFolder, SOCKET_PORT } from './socket-folder.ts'

export interface EmbeddedPostgres {
  /** for clients, as superuser of the cluster; the database exists; `host` is the folder of a Unix socket */
  connection: ConnectionSettings
  /** what the start found and repaired, in sentences for the operator */
  findings: string[]
  /** of the postmaster */
  pid: number
  /** Resolves when the server has ended, after about `deadlineMs` (15,000) at the latest. */
  stop(deadlineMs?: number): Promise<void>
  /** resolves (never rejects) with the reason when the server ends without `stop()` having been called */
  ended: Promise<Error>
}

export interface EmbeddedPostgresOptions {
  /** such as `.docmgr/postgres`; created when missing. The caller holds the lock of the parent folder. */
  folder: string
  log: Logger
  /** PostgreSQL settings in addition to settings.ts; they override it */
  settings?: Readonly<Record<string, string>>
  /** also listen on this TCP port of 127.0.0.1 (0: any free port), for other programs; it needs the password too */
  port?: number
  /** milliseconds that the start may take without progress; 60,000 */
  startTimeoutMs?: number
}

export const DATABASE = 'docmgr'

/** PostgreSQL's messages while processes of a killed server have not ended yet: then the start is tried again. */
const PREDECESSOR_STILL_THERE = ['is still in use', 'lock file "postmaster.pid" already exists']

/**
 * Starts PostgreSQL from the npm package on a data folder. It recovers from any unclean end of the server or of its
 * supervisor, and reports that in `findings`.
 * @throws Error with a sentence for the operator, which quotes PostgreSQL's messages
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(options.folder)
  const binaries = await findBinaries()
  const { data, password, user, findings } = await openDataFolder(folder, binaries)
  const before = await readPostmasterFile(data)
  findings.push(...(await clearLeftovers(data)))
  if (before) await removeSocketFolder(folder, before.socketFolder)
  const socketFolder = await makeSocketFolder(folder, user)
  const port = options.port === 0 ? await findFreePort() : (options.port ?? SOCKET_PORT)
  const settings = {
    ...DEFAULT_SETTINGS,
    ...(options.port !== undefined && { listen_addresses: '127.0.0.1' }),
    ...options.settings,
    cluster_name: await clusterName(data),
    unix_socket_directories: socketFolder,
    port: String(port),
  }
  const command: ServerCommand = {
    postgres: binaries.postgres,
    args: ['-D', data, ...settingArguments(settings)],
    user,
    temporaryFolder: isTemporary(socketFolder) ? socketFolder : undefined,
    log: options.log,
  }
  const connection = { host: socketFolder, port, user: SUPERUSER, password, database: DATABASE }
  let server: ServerProcess | undefined
  try {
    server = await startServer(command, data, findings, options.startTimeoutMs ?? 60_000)
    await ensureDatabase(connection)
  } catch (error) {
    if (server) await stopServer(server, data, 5_000)
    await removeSocketFolder(folder, socketFolder)
    throw error
  }
  if (server.log.includes('was not properly shut down') || server.log.includes('was interrupted')) {
    findings.push('PostgreSQL had not been stopped cleanly: recovered from its write-ahead log')
  }
  return supervise(server, {
    data,
    connection,
    findings,
    cleanUp: () => removeSocketFolder(folder, socketFolder),
  })
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/**
 * Starts the server. One that a killed supervisor had just started may not have written its pid file when leftovers were
 * looked for; it is stopped when it blocks the start.
 */
export async function startServer(
  command: ServerCommand,
  data: string,
  findings: string[],
  limitMs: number,
): Promise<ServerProcess> {
  const deadline = performance.now() + Math.min(limitMs, 20_000)
  for (;;) {
    const server = await spawnServer(command)
    try {
      await waitUntilReady(server, data, limitMs)
      return server
    } catch (error) {
      const isTransient = PREDECESSOR_STILL_THERE.some((text) => server.log.includes(text))
      if (!isTransient || performance.now() > deadline) throw error
      findings.push(...(await clearLeftovers(data)))
      await delay(250)
    }
  }
}

async function ensureDatabase(connection: ConnectionSettings): Promise<void> {
  const client = new Client({
    ...connection,
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: 10_000,
  })
  // A lost connection also rejects the pending query; without a listener it would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE])
    const name = client.escapeIdentifier(DATABASE)
    if (rowCount === 0) await client.query(`CREATE DATABASE ${name}`)
    // The details of a statement's error contain values of the row; those of a failed start say what to do.
    await client.query(`ALTER DATABASE ${name} SET log_error_verbosity = 'terse'`)
  } finally {
    await client.end().catch(() => {})
  }
}

interface Supervised {
  data: string
  connection: ConnectionSettings
  findings: string[]
  cleanUp(): Promise<void>
}

function supervise(
  server: ServerProcess,
  { data, connection, findings, cleanUp }: Supervised,
): EmbeddedPostgres {
  let stopped: Promise<void> | undefined
  const ended = new Promise<Error>((resolveEnded) => {
    void server.exited.then(({ how, why }) => {
      if (stopped) return
      resolveEnded(new Error(`PostgreSQL (pid ${server.pid}, ${join(data, '..')}) has ended, ${how}: ${why}`))
    })
  })
  return {
    connection,
    findings,
    pid: server.pid,
    ended,
    stop(deadlineMs = 15_000) {
      stopped ??= stopServer(server, data, deadlineMs).then(cleanUp)
      return stopped
    },
  }
}
