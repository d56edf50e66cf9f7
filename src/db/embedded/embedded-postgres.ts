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
import { makeSocketFolder, removeSocketFolder, SOCKET_PORT } from './socket-folder.ts'

export interface EmbeddedPostgres {
  /**
   * settings for clients, as superuser of the cluster; the database exists; `host` is the folder of a Unix
   * socket
   */
  connection: ConnectionSettings
  /** what the start found and repaired, in sentences for the operator */
  findings: string[]
  /** of the server itself, the postmaster */
  pid: number
  /** Resolves when the server is gone; never later than about `deadlineMs` (15,000). */
  stop(deadlineMs?: number): Promise<void>
  /** resolves (never rejects) with the reason when the server ends without `stop()` having been called */
  ended: Promise<Error>
}

export interface EmbeddedPostgresOptions {
  /**
   * such as `.docmgr/postgres`; made when missing. The caller holds the lock of the folder above
   * (folder-lock.ts).
   */
  folder: string
  log: Logger
  /** PostgreSQL settings beside and above settings.ts */
  settings?: Readonly<Record<string, string>>
  /**
   * also listen on this TCP port of 127.0.0.1, 0 for any free one, for other programs; the password is needed
   * there too
   */
  port?: number
  /** milliseconds that the start may take without a sign of progress; 60,000 */
  startTimeoutMs?: number
}

const DATABASE = 'docmgr'

/** What PostgreSQL says while processes of a killed predecessor are not yet gone. It passes. */
const PREDECESSOR_STILL_THERE = ['is still in use', 'lock file "postmaster.pid" already exists']

/**
 * Starts PostgreSQL from the npm package on a data folder of its own. It recovers by itself from any kind of
 * unclean end of the server or of its supervisor, and says so in `findings`.
 * @throws Error with a sentence for the operator, which holds PostgreSQL's own words where it spoke
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
    log: options.log,
  }
  const connection = { host: socketFolder, port, user: SUPERUSER, password, database: DATABASE }
  let server: ServerProcess | undefined
  try {
    server = await startServer(command, data, findings, options.startTimeoutMs ?? 60_000)
    await makeDatabase(connection)
  } catch (error) {
    if (server) await stopServer(server, data, 5_000)
    await removeSocketFolder(folder, socketFolder)
    throw error
  }
  if (server.log.says('was not properly shut down') || server.log.says('was interrupted')) {
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
 * A server that a killed supervisor had only just started may have been overlooked before it wrote its file; it
 * is stopped when it gets in the way.
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
      const passing = PREDECESSOR_STILL_THERE.some((text) => server.log.says(text))
      if (!passing || performance.now() > deadline) throw error
      findings.push(...(await clearLeftovers(data)))
      await delay(250)
    }
  }
}

async function makeDatabase(connection: ConnectionSettings): Promise<void> {
  const client = new Client({
    ...connection,
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: 10_000,
  })
  // A broken connection also rejects what is waiting on it; without a listener it would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(DATABASE)}`)
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
    void server.exited.then((how) => {
      if (stopped) return
      const explanation = server.log.explanation()
      resolveEnded(
        new Error(`PostgreSQL (pid ${server.pid}, ${join(data, '..')}) has ended, ${how}: ${explanation}`),
      )
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
