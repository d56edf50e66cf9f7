import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { endsWithin, pause, poll } from '../wait.ts'
import { commandOf } from './processes.ts'

const RESTART_MS = 300
const STOP_MS = 60_000
const KEPT_CHARS = 30_000

/** docmgr with all roles in one process, started again whenever it ends, as a service manager does. */
export class EmbeddedProcess {
  readonly data: string
  readonly url: string
  readonly #env: NodeJS.ProcessEnv
  #child: ChildProcess | undefined
  #isStopping = false
  /** It is not started again before this ends. */
  #held: Promise<unknown> = Promise.resolve()
  #loop: Promise<void>
  #log = ''

  constructor(data: string, port: number, env: Record<string, string>) {
    this.data = data
    this.url = `http://127.0.0.1:${port}`
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('DOCMGR_'))
    const off = ['DOCUMENT', 'SIGNATURE', 'SEARCH', 'WS', 'GRPC'].map((name) => [
      `DOCMGR_LISTEN_${name}`,
      'off',
    ])
    this.#env = { ...Object.fromEntries([...own, ...off]), DOCMGR_LISTEN_HTTP: String(port), ...env }
    this.#loop = this.#run()
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get log(): string {
    return this.#log
  }

  /** The process id of its PostgreSQL, while that runs: a killed one leaves its file. */
  get postmaster(): number | undefined {
    const pid = Number(this.#postmasterFile()?.[0])
    return Number.isInteger(pid) && pid > 0 && commandOf(pid).includes('postgres') ? pid : undefined
  }

  /** SIGTERM; it is started again. */
  async restart(): Promise<void> {
    const child = this.#child
    if (!child) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await endsWithin(STOP_MS, exited)
  }

  /** SIGKILL; it is started again when `work` has ended. */
  async whileDown(work: () => Promise<void>): Promise<void> {
    const working = this.#held.then(work)
    this.#held = working.catch(() => {})
    this.#child?.kill('SIGKILL')
    await working
  }

  async isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(5_000) })
      await answer.arrayBuffer()
      return answer.status === 200
    } catch {
      return false
    }
  }

  /** Runs statements as superuser, past docmgr. */
  async query(...statements: string[]): Promise<void> {
    const socketFolder = this.#postmasterFile()?.[4]
    if (!socketFolder) throw new Error('PostgreSQL does not run')
    const client = new Client({
      host: socketFolder,
      port: Number(this.#postmasterFile()?.[3]),
      user: 'docmgr',
      password: readFileSync(join(this.data, 'postgres/password'), 'utf8').trim(),
      database: 'docmgr',
      connectionTimeoutMillis: 10_000,
    })
    client.on('error', () => {})
    try {
      await client.connect()
      for (const statement of statements) await client.query(statement)
    } finally {
      await client.end().catch(() => {})
    }
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#child?.kill('SIGCONT')
    this.#child?.kill('SIGTERM')
    if (!(await endsWithin(STOP_MS, this.#loop))) this.#child?.kill('SIGKILL')
    await this.#loop
    const postmaster = this.postmaster
    if (postmaster !== undefined)
      await poll(STOP_MS, async () => {
        try {
          return !process.kill(postmaster, 'SIGQUIT')
        } catch {
          return true
        }
      })
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const child = spawn(process.execPath, ['dist/cli.js', 'serve', '--json', '--data', this.data], {
        env: this.#env,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      this.#child = child
      const keep = (text: string): void => void (this.#log = (this.#log + text).slice(-KEPT_CHARS))
      child.stdout.setEncoding('utf8').on('data', keep)
      child.stderr.setEncoding('utf8').on('data', keep)
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
      this.#child = undefined
      keep(`[ended with ${code ?? signal}]\n`)
      if (!this.#isStopping) await pause(RESTART_MS)
      await this.#held
    }
  }

  /** The lines of postmaster.pid: pid, folder, start, port, socket folder, … */
  #postmasterFile(): string[] | undefined {
    try {
      return readFileSync(join(this.data, 'postgres/data/postmaster.pid'), 'utf8').split('\n')
    } catch {
      return undefined
    }
  }
}
