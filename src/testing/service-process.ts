import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { LISTENING_ROLES, type ListeningRole } from '../config/roles.ts'
import { builtProgram, commandOf, type Program } from './cli.ts'
import { within } from './deadline.ts'

/** What `docmgr serve --json` prints when it is ready. */
export interface ServiceUrls extends Record<ListeningRole, string> {
  http: string
  /** host:port */
  grpc: string
}

export interface ServiceProcess {
  urls: ServiceUrls
  findings: string[]
  pid: number
  /** milliseconds from the spawn until it was ready */
  readyMs: number
  /** the last 5,000,000 characters of its log */
  log(): string
  /** resolves when the process is gone */
  exited: Promise<{ code: number | null; stderr: string }>
  kill(signal: NodeJS.Signals): void
  /** SIGTERM, and waits until it is gone */
  stop(): Promise<number | null>
}

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 30_000
const KEPT_CHARS = 5_000_000

/** Any free port for every listener. */
const FREE_PORTS = Object.fromEntries(
  [...LISTENING_ROLES, 'http', 'grpc'].map((name) => [`DOCMGR_LISTEN_${name.toUpperCase()}`, '0']),
)

/** The environment of a service under test: of DOCMGR_* it has free ports and what is given, not what the tests have. */
export function serviceEnvironment(env: Record<string, string> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('DOCMGR_'))
  return { ...Object.fromEntries(inherited), ...FREE_PORTS, ...env }
}

/** Starts the built program as an operator does, on a data folder of its own, and waits until it is ready. */
export async function startServiceProcess(
  data: string,
  env: Record<string, string> = {},
  program: Program = builtProgram(),
): Promise<ServiceProcess> {
  const begun = performance.now()
  const child = spawn(...commandOf(program, ['serve', '--json', '--data', data]), {
    env: serviceEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-KEPT_CHARS)))
  const exited = once(child, 'exit').then(([code]) => ({ code: code as number | null, stderr }))
  const { urls, findings } = await within(
    START_LIMIT_MS,
    'docmgr to be ready',
    firstLine(child, exited),
  ).catch((error) => {
    child.kill('SIGKILL')
    throw error
  })
  return {
    urls,
    findings,
    pid: child.pid!,
    readyMs: performance.now() - begun,
    log: () => stderr,
    exited,
    kill: (signal) => void child.kill(signal),
    async stop() {
      child.kill('SIGTERM')
      return (await within(STOP_LIMIT_MS, 'docmgr to stop', exited)).code
    },
  }
}

async function firstLine(
  child: ChildProcess,
  exited: ServiceProcess['exited'],
): Promise<Pick<ServiceProcess, 'urls' | 'findings'>> {
  const line = once(createInterface(child.stdout!), 'line').then(([text]) => text as string)
  const ended = exited.then(({ code, stderr }) => {
    throw new Error(`docmgr ended with ${code} before it was ready: ${stderr}`)
  })
  return JSON.parse(await Promise.race([line, ended]))
}
