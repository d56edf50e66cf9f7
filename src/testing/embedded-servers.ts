import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach } from 'node:test'
import { promisify } from 'node:util'
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

/** A process that has started PostgreSQL, as `docmgr serve` does, and that a test can kill. */
interface Supervisor {
  child: ChildProcess
  /** of its PostgreSQL */
  pid: number
  findings: string[]
  connection: ConnectionSettings
}

/** path below the folder of a build */
export const SUPERVISOR = 'db/embedded/supervisor.worker.js'

/** Servers on folders of their own; stopped and removed in reverse order after each test, whatever its outcome. */
export function useEmbeddedServers() {
  const steps: (() => Promise<unknown>)[] = []
  const onEnd = (step: () => Promise<unknown>): void => void steps.push(step)
  afterEach(async () => {
    for (const step of steps.splice(0).reverse()) await step()
  })
  return {
    /** Runs something after the test. */
    onEnd,
    /** A path for a data folder; with `exists`, the folder of a stopped server is there. */
    async newFolder({ exists = true, base = tmpdir() } = {}): Promise<string> {
      const parent = await mkdtemp(join(base, 'docmgr-test-embedded-'))
      const folder = join(parent, 'postgres')
      onEnd(async () => {
        await clearLeftovers(join(folder, 'data')).catch(() => {})
        await rm(parent, { recursive: true, force: true })
      })
      if (exists) await copyTestCluster(folder)
      return folder
    },
    async start(folder: string, options?: Partial<EmbeddedPostgresOptions>): Promise<EmbeddedPostgres> {
      const server = await startEmbeddedPostgres({ folder, log: silentLogger, ...options })
      onEnd(() => server.stop(3_000))
      return server
    },
    /** @param script the program; by default this build's */
    async startSupervisor(
      folder: string,
      user?: { uid?: number; gid?: number },
      script = join(buildRoot(), SUPERVISOR),
    ): Promise<Supervisor> {
      const child = spawn(process.execPath, [script, folder], {
        ...user,
        cwd: '/',
        stdio: ['pipe', 'pipe', 'pipe'],
      })
      let errors = ''
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
      onEnd(async () => {
        child.kill('SIGKILL')
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      })
      for await (const line of createInterface({ input: child.stdout })) {
        return { child, ...(JSON.parse(line) as Omit<Supervisor, 'child'>) }
      }
      throw new Error(`the supervisor has ended: ${errors}`)
    },
  }
}

/** Kills a supervisor and its helpers, so that nothing ends its PostgreSQL. */
export async function killAllBut({ child, pid }: Supervisor): Promise<void> {
  const helpers = (await childrenOf(child.pid!)).filter((helper) => helper !== pid)
  assert.equal(helpers.length, 1, 'one process ends PostgreSQL')
  for (const helper of helpers) process.kill(helper, 'SIGKILL')
  child.kill('SIGKILL')
  await once(child, 'exit')
}

export async function childrenOf(parent: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,ppid='])
  const processes = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/).map(Number))
  return processes.filter(([, ppid]) => ppid === parent).map(([pid]) => pid!)
}

/** Runs statements on a new connection. @returns the rows of the last one */
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
