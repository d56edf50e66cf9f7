import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { buildRoot } from '../../runtime/package-root.ts'
import { within } from '../../testing/deadline.ts'
import type { Answer } from './worker-rpc.ts'

const CALL_LIMIT_MS = 60_000

/** A program of this folder in a process of its own, such as a baseline. */
export interface Worker {
  pid: number
  /** Calls one of its handlers. @throws what the handler throws */
  call<T = void>(method: string, ...args: unknown[]): Promise<T>
  /** called with its messages that are not answers */
  onNotification(listener: (notification: unknown) => void): void
  stop(): Promise<void>
}

/** Starts `NAME.worker.ts`, and waits until it serves. */
export async function startWorker(name: string, ...args: string[]): Promise<Worker> {
  const child = fork(join(buildRoot(), `bench/stack/${name}.worker.js`), args)
  const pending = new Map<number, (answer: Answer) => void>()
  const listeners: ((notification: unknown) => void)[] = []
  let serial = 0
  child.on('message', (message: Answer | { notification: unknown }) => {
    if ('notification' in message) return listeners.forEach((listener) => listener(message.notification))
    pending.get(message.id)?.(message)
    pending.delete(message.id)
  })

  const call = async <T>(method: string, ...parameters: unknown[]): Promise<T> => {
    const id = serial++
    const answered = new Promise<Answer>((resolve) => pending.set(id, resolve))
    child.send({ id, method, parameters })
    const { error, result } = await within(CALL_LIMIT_MS, `${name} to ${method}`, answered)
    if (error !== undefined) throw new Error(`${name}: ${error}`)
    return result as T
  }

  try {
    await ended(child, name, call('ready'))
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return {
    pid: child.pid!,
    call: (method, ...parameters) => ended(child, name, call(method, ...parameters)),
    onNotification: (listener) => void listeners.push(listener),
    async stop() {
      if (child.exitCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await within(CALL_LIMIT_MS, `${name} to end`, exited)
    },
  }
}

/** The work, or the end of the process that does it. */
function ended<T>(child: ChildProcess, name: string, work: Promise<T>): Promise<T> {
  const abort = new AbortController()
  const exited = once(child, 'exit', { signal: abort.signal }).then(([code]) => {
    throw new Error(`${name} ended with ${code}`)
  })
  exited.catch(() => {})
  return Promise.race([work, exited as Promise<never>]).finally(() => abort.abort())
}
