import { join } from 'node:path'
import { ConfigError } from '../config/config-error.ts'
import type { Config } from '../config/schema.ts'
import { FolderInUseError } from '../data-folder/folder-lock.ts'
import type { Database } from '../db/database.ts'
import { openRunning } from '../db/open.ts'
import { isShared, sharedExamples } from '../ports/adapters.ts'
import type { Logger } from '../runtime/logger.ts'
import { type Module, type RunningGraph, startGraph } from '../runtime/module.ts'
import { type Base, createBase, type Overrides } from './base.ts'
import { composePorts, type Ports } from './ports.ts'

/** Only a server that does not answer takes longer. */
const STOP_LIMIT_MS = 1_500
/** Beside a service, which uses most of the embedded server's connections. */
const POOL_SIZE = 4

export interface CommandPorts<Roots> {
  roots: Roots
  value: RunningGraph['value']
  base: Base
  /** no other process uses the data folder, so nothing changes meanwhile */
  isAlone: boolean
  /** aborts when a part that was started has failed */
  failed: AbortSignal
  stop(): Promise<void>
}

/**
 * Starts the ports that a command needs. While a service uses the data folder, the command connects to the embedded
 * database of that service, and reads and writes objects beside it.
 * @param compose the modules to start
 * @throws ConfigError, NewerDatabaseError, Error with a sentence for the operator
 */
export async function startCommandPorts<Roots extends Record<string, Module<unknown>>>(
  config: Config,
  log: Logger,
  compose: (base: Base, ports: Ports) => Roots,
): Promise<CommandPorts<Roots>> {
  refuseOwnDatabaseBesideSharedData(config)
  try {
    const isAlone = !isShared('database', config.database.url)
    return { ...(await start(config, log, compose, {})), isAlone }
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error
  }
  const database = await databaseOfService(config, log)
  const overrides = { sharesFolder: true, ...(database && { database }) }
  try {
    const started = await start(config, log, compose, overrides)
    const stop = async (): Promise<void> => {
      await started.stop()
      await database?.stop()
    }
    return { ...started, isAlone: false, stop }
  } catch (error) {
    await database?.stop()
    throw error
  }
}

/**
 * The commands remove what no row names. An embedded database, which may have been started by a forgotten setting, does
 * not have the rows of what other processes store.
 * @throws ConfigError
 */
function refuseOwnDatabaseBesideSharedData(config: Config): void {
  const { url } = config.database
  if (isShared('database', url)) return
  const shared = (['blobs', 'search', 'changes'] as const).find((port) => isShared(port, config[port].url))
  if (shared === undefined) return
  const rule =
    `belongs to this machine alone, and ${shared}.url = ${JSON.stringify(config[shared].url)} can have the data of ` +
    `others, which this command would take for left over: set database.url to ${sharedExamples('database')}`
  throw new ConfigError([{ key: 'database.url', origin: '', value: JSON.stringify(url), rule }])
}

async function start<Roots extends Record<string, Module<unknown>>>(
  config: Config,
  log: Logger,
  compose: (base: Base, ports: Ports) => Roots,
  overrides: Overrides,
): Promise<Omit<CommandPorts<Roots>, 'isAlone'>> {
  const base = createBase(config, log, overrides)
  const roots = compose(base, composePorts(base))
  const isEmbedded = !isShared('database', config.database.url)
  const stopLimitMs = isEmbedded ? config.shutdown.limit : STOP_LIMIT_MS
  const graph = await startGraph(Object.values(roots), { stopLimitMs })
  const failed = new AbortController()
  graph.failed.catch((error: unknown) => failed.abort(error))
  return { roots, base, value: graph.value, failed: failed.signal, stop: graph.stop }
}

async function databaseOfService({ database, data }: Config, log: Logger): Promise<Database | undefined> {
  if (isShared('database', database.url)) return undefined
  const { statementTimeout } = database
  return openRunning({ folder: join(data, 'postgres'), poolSize: POOL_SIZE, statementTimeout, log })
}
