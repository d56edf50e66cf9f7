import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildRoot } from '../runtime/package-root.ts'

export interface CliResult {
  code: number | null
  stdout: string
  stderr: string
}

export interface RunningCli {
  process: ChildProcess
  /** resolves with the text so far once it contains `text`; rejects when the program ends without it */
  says(text: string): Promise<string>
  ended: Promise<CliResult>
}

/** A docmgr to start. */
export interface Program {
  /** its cli.js */
  path: string
  /** user and group that it runs as, where the tests may choose; the tests' own without */
  user?: number
  /** a command that starts it, such as one that enters a namespace */
  starter?: string[]
}

/** What to spawn for a program with these arguments. */
export function commandOf({ path, starter = [] }: Program, args: readonly string[]): [string, string[]] {
  const [command, ...rest] = [...starter, process.execPath, path, ...args]
  return [command!, rest]
}

export const builtProgram = (): Program => ({ path: join(buildRoot(), 'cli.js') })

export interface CliOptions {
  /** the one that was built with the tests */
  program?: Program
  cwd?: string
  /** beside PATH and HOME; no DOCMGR_* of the tests' own environment */
  env?: Record<string, string>
  /** what is typed: runs on a terminal of its own, where standard error is part of standard output */
  typed?: string
  /** given as standard input */
  input?: string
  /** milliseconds after which the program is killed; 60,000 */
  limitMs?: number
}

/** Starts the built command line as a process of its own, without a terminal unless something is typed. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent', ...options.env }
  const program = options.program ?? builtProgram()
  const { user } = program
  const { typed, input = typed } = options
  const [file, words] = commandOf(program, args)
  const [command, ...rest] = typed === undefined ? [file, ...words] : onTerminal([file, ...words])
  const child = spawn(command!, rest, {
    ...(user !== undefined && { uid: user, gid: user }),
    cwd: options.cwd ?? '/',
    env,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  // A terminal ends with its input, and then sends SIGHUP.
  if (typed === undefined) child.stdin?.end(input)
  else child.stdin!.write(typed)
  const limit = setTimeout(() => child.kill('SIGKILL'), options.limitMs ?? 60_000)
  const text = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk
      for (const listener of listeners) listener()
    })
  }
  const ended = new Promise<CliResult>((resolve) => {
    child.on('close', (code) => {
      clearTimeout(limit)
      resolve({ code, ...text })
    })
  })
  return {
    process: child,
    ended,
    says(wanted) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          if (!text.stdout.includes(wanted) && !text.stderr.includes(wanted)) return
          listeners.delete(look)
          resolve(text.stdout + text.stderr)
        }
        listeners.add(look)
        look()
        void ended.then(({ code, stdout, stderr }) =>
          reject(new Error(`ended with ${code} before it said "${wanted}": ${stdout}${stderr}`)),
        )
      })
    },
  }
}

/** util-linux's script(1) gives a program a terminal; macOS has BSD's. */
function onTerminal(command: readonly string[]): string[] {
  if (process.platform === 'darwin') return ['script', '-q', '/dev/null', ...command]
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  return ['script', '-qec', quoted, '/dev/null']
}

/** Runs the built command line to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).ended
}
