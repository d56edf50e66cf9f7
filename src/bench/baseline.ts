import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Pool } from 'undici'
import { buildRoot } from '../runtime/package-root.ts'
import { within } from '../testing/deadline.ts'
import type { BaselineName } from './baselines.worker.ts'
import { openPool } from './load.ts'

const LIMIT_MS = 10_000

export interface Baseline {
  pid: number
  port: number
  /** for those that serve HTTP */
  pool: Pool
  send(text: string): void
  stop(): Promise<void>
}

/** Starts a baseline of baselines.worker.ts, and waits until it listens. */
export async function startBaseline(name: BaselineName, options: object = {}): Promise<Baseline> {
  const child = fork(join(buildRoot(), 'bench/baselines.worker.js'), [name, JSON.stringify(options)])
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await within(LIMIT_MS, `${name} to end`, exited)
  }
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`)))
  ended.catch(() => {})
  try {
    const [port] = (await within(LIMIT_MS, name, Promise.race([once(child, 'message'), ended]))) as [number]
    const pool = openPool(`http://127.0.0.1:${port}`)
    return {
      pid: child.pid!,
      port,
      pool,
      send: (text) => void child.send(text),
      stop: () => pool.close().finally(stop),
    }
  } catch (error) {
    await stop()
    throw error
  }
}
