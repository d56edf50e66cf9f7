import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { type Logger } from '../../runtime/logger.ts'
import { signalProcess } from '../../runtime/processes.ts'
import { endWithDocmgr } from './end-with-docmgr.ts'
import { killProcessesOf, readPostmasterFile } from './leftovers.ts'
import { followServerLog, type ServerLog } from './server-log.ts'
import { SERVER_ENVIRONMENT, type ServerUser } from './server-user.ts'

/** A process of the program `postgres` that was started, ready or not. */
export interface ServerProcess {
  pid: number
  log: ServerLog
  /** resolves after the last line of the log */
  exited: Promise<ServerEnd>
  /** true as soon as it has ended */
  hasExited(): boolean
}

export interface ServerEnd {
  /** by which exit code or signal */
  how: string
  /** what its log says about it */
  why: string
}

export interface ServerCommand {
  postgres: string
  args: string[]
  user: ServerUser
  /** of its socket, if that is below the system's temporary folder: removed when the server ends without docmgr */
  temporaryFolder: string | undefined
  log: Logger
}

/**
 * Starts the server in a session of its own, so that Ctrl-C at a terminal reaches only the supervisor, which stops the
 * server last. Any end of this process ends the server too.
 * @throws Error when the program cannot be started
 */
export async function spawnServer(command: ServerCommand): Promise<ServerProcess> {
  const { postgres, args, user, temporaryFolder, log } = command
  const [program, ...rest] = [...user.prefix, postgres, ...args]
  const child = spawn(program!, rest, {
    ...user.spawn,
    cwd: '/',
    env: SERVER_ENVIRONMENT,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const serverLog = followServerLog(child.stderr, log)
  let ended = false
  const exited = new Promise<ServerEnd>((done) => {
    child.once('exit', (code, signal) => {
      ended = true
      // A child of a killed server may keep the pipe open: wait for the last lines, but not for long, and do not keep the process alive.
      void Promise.race([serverLog.ended, delay(500, undefined, { ref: false })]).then(() =>
        done({
          how: signal ? `killed by ${signal}` : `exit code ${code}`,
          why: serverLog.explanation(signal),
        }),
      )
    })
  })
  await new Promise<void>((started, failed) => {
    child.once('spawn', started)
    child.once('error', failed)
  })
  const pid = child.pid!
  try {
    const end = await endWithDocmgr(pid, temporaryFolder)
    if (ended) end.release()
    else child.once('exit', () => end.release())
  } catch (error) {
    signalProcess(pid, 'SIGINT')
    throw error
  }
  return { pid, log: serverLog, exited, hasExited: () => ended }
}

/**
 * Waits until the server accepts connections.
 * @throws Error when it ended, or reported no progress of a recovery for `limitMs` milliseconds
 */
export async function waitUntilReady(server: ServerProcess, data: string, limitMs: number): Promise<void> {
  const begun = performance.now()
  for (;;) {
    if (server.hasExited()) {
      const { how, why } = await server.exited
      throw new Error(`PostgreSQL ended while it was starting (${how}): ${why}`)
    }
    const file = await readPostmasterFile(data)
    if (file?.pid === server.pid && file.ready) return
    if (performance.now() - Math.max(begun, server.log.progressAt()) > limitMs) {
      await stopServer(server, data, 0)
      throw new Error(`PostgreSQL was not ready within ${limitMs} ms: ${server.log.explanation()}`)
    }
    await delay(15)
  }
}

/**
 * Fast shutdown (sessions are ended, everything is written), after two thirds of the deadline immediate
 * shutdown (the next start recovers), at the deadline SIGKILL. See PostgreSQL's documentation, "Shutting Down
 * the Server".
 */
export async function stopServer(server: ServerProcess, data: string, deadlineMs: number): Promise<void> {
  const endsWithin = async (millis: number): Promise<boolean> => {
    const limit = new AbortController()
    const timer = delay(millis, false, { signal: limit.signal }).catch(() => false)
    const ended = await Promise.race([server.exited.then(() => true), timer])
    limit.abort()
    return ended
  }
  if (server.hasExited()) return void (await server.exited)
  signalProcess(server.pid, 'SIGINT')
  if (await endsWithin((deadlineMs * 2) / 3)) return
  signalProcess(server.pid, 'SIGQUIT')
  if (await endsWithin(deadlineMs / 3)) return
  signalProcess(server.pid, 'SIGKILL')
  await server.exited
  await killProcessesOf(data)
}
