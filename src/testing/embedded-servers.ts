import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach } from 'node:test'
import { Client } from 'pg'
import type { ConnectionSettings } from '../db/database.ts'
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../db/embedded/embedded-postgres.ts'
import { clearLeftovers } from '../db/embedded/leftovers.ts'
import { silentLogger } from '../runtime/logger.ts'
import { buildRoot } from '../runtime/package-root.ts'
import { copyTestCluster } from './postgres.ts'

/** A process that has started a PostgreSQL, as `docmgr serve` does, for a test to kill. */
interface Supervisor {
  child: ChildProcess
  /** of its PostgreSQL */
  pid: number
  findings: string[]
  connection: ConnectionSettings
}

export interface EmbeddedServers {
  /** A place for a data folder; with `made`, one that has run and was stopped lies there. */
  newPlace(options?: { made?: boolean; base?: string }): Promise<string>
  start(folder: string, options?: Partial<EmbeddedPostgresOptions>): Promise<EmbeddedPostgres>
  /** @param script the program, where it is not this build's */
  startSupervisor(folder: string, user?: { uid?: number; gid?: number }, script?: string): Promise<Supervisor>
  /** Has something else undone after the test. */
  undo(step: () => Promise<unknown>): void
}

/** below a build's root */
export const SUPERVISOR = 'db/embedded/supervisor.worker.js'

/** Servers on folders of their own; undone in reverse order after each test, whatever its outcome. */
export function useEmbeddedServers(): EmbeddedServers {
  const steps: (() => Promise<unknown>)[] = []
  const undo = (step: () => Promise<unknown>): void => void steps.push(step)
  afterEach(async () => {
    for (const step of steps.splice(0).reverse()) await step()
  })
  return {
    undo,
    async newPlace({ made = true, base = tmpdir() } = {}) {
      const parent = await mkdtemp(join(base, 'docmgr-test-embedded-'))
      const folder = join(parent, 'postgres')
      undo(async () => {
        await clearLeftovers(join(folder, 'data')).catch(() => {})
        await rm(parent, { recursive: true, force: true })
      })
      if (made) await copyTestCluster(folder)
      return folder
    },
    async start(folder, options) {
      const server = await startEmbeddedPostgres({ folder, log: silentLogger, ...options })
      undo(() => server.stop(3_000))
      return server
    },
    async startSupervisor(folder, user, script = join(buildRoot(), SUPERVISOR)) {
      const child = spawn(process.execPath, [script, folder], {
        ...user,
        cwd: '/',
        stdio: ['pipe', 'pipe', 'pipe'],
      })
      let complaint = ''
      child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
      undo(async () => {
        child.kill('SIGKILL')
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      })
      for await (const line of createInterface({ input: child.stdout })) {
        return { child, ...(JSON.parse(line) as Omit<Supervisor, 'child'>) }
      }
      throw new Error(`the supervisor has ended: ${complaint}`)
    },
  }
}

/** The rows of the last statement, over a connection of its own. */
export async function query(
  connection: ConnectionSettings,
  ...statements: string[]
): Promise<Record<string, unknown>[]> {
  const client = new Client({ ...connection, ssl: false })
  client.on('error', () => {})
  await client.connect()
  try {
    let rows: Record<string, unknown>[] = []
    for (const statement of statements) rows = (await client.query<Record<string, unknown>>(statement)).rows
    return rows
  } finally {
    await client.end()
  }
}
