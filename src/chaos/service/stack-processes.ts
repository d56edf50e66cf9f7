import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { succeed } from '../wait.ts'
import { startTimeOf } from './processes.ts'

const run = promisify(execFile)
const COMMAND_MS = 240_000
const UP_MS = 240_000

export const SERVERS = [
  'postgres',
  'pgbouncer',
  'redis',
  'minio',
  'kafka',
  'connect',
  'elasticsearch',
] as const
export const ROLES = ['document', 'signature', 'search', 'ws', 'indexer'] as const

/** The servers and roles of docker/native, in a folder and on ports of their own. It signals only what has a pid file there. */
export class StackProcesses {
  readonly data: string
  readonly env: NodeJS.ProcessEnv
  readonly #ownEnv: (name: string) => Record<string, string>
  #queue: Promise<unknown> = Promise.resolve()

  /** @param ownEnv of one role or server: its clock */
  constructor(data: string, env: Record<string, string>, ownEnv: (name: string) => Record<string, string>) {
    this.data = data
    this.env = { ...process.env, ...env, STACK_DATA: data, STACK_TIMEOUT: '120' }
    this.#ownEnv = ownEnv
  }

  /** A subcommand of docker/native/stack. @throws Error with its output */
  async stack(...args: string[]): Promise<string> {
    return this.#run(this.env, ...args)
  }

  async #run(env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
    const { stdout } = await run('docker/native/stack', args, { env, timeout: COMMAND_MS })
    return stdout
  }

  /** A command of docmgr with the settings of the roles, as a user of the database who may replicate. */
  async docmgr(...args: string[]): Promise<void> {
    const lines = (await this.stack('env', '--docmgr')).matchAll(/^export (\w+)=(.*)$/gm)
    const settings = Object.fromEntries([...lines].map(([, name, value]) => [name, value]))
    // Only who may replicate may drop a slot.
    const admin = String(this.env['DOCMGR_DATABASE_DIRECT_URL']).replace(
      'docmgr:docmgr@',
      'postgres:postgres@',
    )
    const env = {
      ...this.env,
      ...settings,
      DOCMGR_DATABASE_DIRECT_URL: admin,
      DOCMGR_DATA: join(this.data, 'commands'),
    }
    await run(process.execPath, ['dist/cli.js', ...args], { env, timeout: COMMAND_MS })
  }

  /**
   * Starts what has ended, and tries again until it is ready. One at a time, because a start is heavy; in turns, because one
   * can need another that is to be started too.
   */
  async up(...names: string[]): Promise<void> {
    for (const name of names) {
      const env = { ...this.env, ...this.#ownEnv(name) }
      await succeed(UP_MS, 200, () => this.#inTurn(() => this.#run(env, 'up', name)))
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work)
    this.#queue = done.catch(() => {})
    return done
  }

  isRunning(name: string): boolean {
    try {
      const [pid, start] = readFileSync(join(this.data, 'run', `${name}.pid`), 'utf8').split('\n')
      return !!start && startTimeOf(Number(pid)) === start
    } catch {
      return false
    }
  }

  log(name: string): string {
    try {
      return readFileSync(join(this.data, 'logs', `${name}.log`), 'utf8').slice(-1_500)
    } catch {
      return ''
    }
  }
}
