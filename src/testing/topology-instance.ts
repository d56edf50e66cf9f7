import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LISTENING_ROLES, type Role } from '../config/roles.ts'
import type { Program } from './cli.ts'
import { eventually, within } from './deadline.ts'
import { serviceEnvironment } from './service-process.ts'

/** Eight processes may start at once on two processors. */
const START_LIMIT_MS = 150_000
const STOP_LIMIT_MS = 30_000
const KEPT_CHARS = 5_000_000

interface InstanceOptions {
  program: Program
  role: Role
  name: string
  port: number
  grpcPort: number | undefined
  /** DOCMGR_* settings */
  env: Record<string, string>
  /** its data folder is in there */
  folder: string
}

/** One process of a role. It keeps its port and its name when it is started again. */
export class Instance {
  readonly role: Role
  /** such as signature-2 */
  readonly name: string
  readonly port: number
  /** its own HTTP port, without the gateway */
  readonly url: string
  readonly grpcPort: number | undefined
  /** host:port, of the document role */
  readonly grpc: string | undefined
  readonly #options: InstanceOptions
  #child: ChildProcess | undefined
  #exited: Promise<number | null> = Promise.resolve(null)
  #written = ''

  constructor(options: InstanceOptions) {
    const { role, name, port, grpcPort } = options
    this.#options = options
    this.role = role
    this.name = name
    this.port = port
    this.url = `http://127.0.0.1:${port}`
    this.grpcPort = grpcPort
    this.grpc = grpcPort === undefined ? undefined : `127.0.0.1:${grpcPort}`
  }

  /** of the running process */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  get running(): boolean {
    return this.#child !== undefined
  }

  /** Starts it, also again after `stop` or `kill`, and waits until it is ready. */
  async start(): Promise<void> {
    if (this.#child) throw new Error(`${this.name} runs already`)
    const { role, name, port, grpcPort, env, folder, program } = this.#options
    const { path, user } = program
    const data = join(folder, name)
    if (user !== undefined) {
      await mkdir(data, { recursive: true })
      await chown(data, user, user)
    }
    const own = {
      DOCMGR_LISTEN_HTTP: String(port),
      ...Object.fromEntries(LISTENING_ROLES.map((of) => [`DOCMGR_LISTEN_${of.toUpperCase()}`, 'off'])),
      DOCMGR_LISTEN_GRPC: String(grpcPort ?? 'off'),
    }
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', path, 'serve', `--role=${role}`, '--data', data],
      {
        env: serviceEnvironment({ ...env, ...own }),
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(user !== undefined && { uid: user, gid: user }),
      },
    )
    const keep = (text: string): void => void (this.#written = (this.#written + text).slice(-KEPT_CHARS))
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    this.#child = child
    this.#exited = once(child, 'close').then(([code, signal]) => {
      this.#child = undefined
      keep(`[ended with ${code ?? signal}]\n`)
      return code as number | null
    })
    await this.ready()
  }

  /** Until it says that it is ready, or ends. */
  async ready(): Promise<void> {
    let last = 'it does not listen yet'
    try {
      await eventually(
        `${this.name} to be ready`,
        async () => {
          if (!this.#child) throw new Error(`${this.name} ended before it was ready`)
          const answer = await fetch(`${this.url}/health/ready`, {
            signal: AbortSignal.timeout(5_000),
          }).catch((error: Error) => void (last = String(error.cause ?? error)))
          if (answer) last = await answer.text().catch(String)
          return answer?.status === 200 || (await delay(50, false))
        },
        START_LIMIT_MS,
      )
    } catch (error) {
      throw new Error(`${(error as Error).message}; last: ${last}\n${this.output()}`, { cause: error })
    }
  }

  /** SIGTERM, and waits until it is gone. @returns the exit code */
  async stop(): Promise<number | null> {
    this.#child?.kill('SIGTERM')
    return within(STOP_LIMIT_MS, `${this.name} to stop`, this.#exited)
  }

  /** SIGKILL, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#exited
  }

  /** `stop` and `start`; the gateway is not reconfigured. */
  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** Stops it, or kills it when it does not stop. */
  async end(): Promise<void> {
    this.#child?.kill('SIGCONT')
    await this.stop().catch(() => this.kill())
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** The end of its output, of all its starts. */
  output(): string {
    return `--- ${this.name} (${this.url})\n${this.#written}`
  }
}
