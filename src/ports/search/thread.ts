import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { DomainError } from '../../domain/errors.ts'
import { buildRoot } from '../../runtime/package-root.ts'
import { within } from '../../runtime/within.ts'

/** Calls that wait for one thread; one more is refused. */
const MAX_WAITING = 1_000
/** Milliseconds that a thread may take to begin, and to end. */
const START_MS = 30_000
const STOP_MS = 5_000

/** A thread that answers calls one after the other. */
export interface Thread<Ready> {
  /** its first message */
  ready: Ready
  /** @throws what the function in the thread throws; DomainError unavailable when the thread has ended */
  call<Result>(method: string, args: unknown[], timeoutMs: number): Promise<Result>
  /** The thread has ended, wanted or not. */
  readonly ended: boolean
  /** Lets the calls before it end. */
  stop(): Promise<void>
}

interface Call {
  resolve(result: unknown): void
  reject(error: unknown): void
}

export interface Request {
  id: number
  method: string
  args: unknown[]
}

/** Of an error only name and message cross the border of threads, so its result code of SQLite is beside it. */
export type Response = { id: number } & (
  { result: unknown } | { error: Error; sqliteCode?: number | undefined }
)

const withCode = ({ error, sqliteCode }: { error: Error; sqliteCode?: number | undefined }): Error =>
  sqliteCode === undefined ? error : Object.assign(error, { sqliteCode })

/**
 * @param file of the compiled program, in ports/search
 * @param options its `workerData`
 * @throws what the thread throws before its first message
 */
export async function startThread<Ready>(file: string, options?: object): Promise<Thread<Ready>> {
  const worker = new Worker(join(buildRoot(), 'ports/search', file), { workerData: options })
  const calls = new Map<number, Call>()
  let ended = false
  let lastId = 0

  function end(cause?: unknown): void {
    ended = true
    for (const { reject } of calls.values())
      reject(new DomainError('unavailable', 'the search index has stopped', { cause }))
    calls.clear()
  }

  const started = new Promise<Ready>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new DomainError('unavailable', 'the search index could not be opened')))
  })
  worker.once('error', end)
  worker.once('exit', () => end())
  const ready = await within(START_MS, started, 'the search index to be opened')
  worker.on('message', (response: Response) => {
    const call = calls.get(response.id)
    calls.delete(response.id)
    // A thread without work does not keep the process alive.
    if (calls.size === 0) worker.unref()
    if ('error' in response) call?.reject(withCode(response))
    else call?.resolve(response.result)
  })

  worker.unref()

  return {
    ready,
    get ended() {
      return ended
    },
    call<Result>(method: string, args: unknown[], timeoutMs: number) {
      if (ended) throw new DomainError('unavailable', 'the search index has stopped')
      if (calls.size >= MAX_WAITING)
        throw new DomainError('unavailable', 'the search index has too much to do; try again')
      const id = ++lastId
      const answer = new Promise<Result>((resolve, reject) => {
        calls.set(id, { resolve: resolve as Call['resolve'], reject })
      })
      worker.ref()
      worker.postMessage({ id, method, args } satisfies Request)
      return within(timeoutMs, answer, 'the search index')
    },
    async stop() {
      if (ended) return
      const exited = once(worker, 'exit')
      worker.ref()
      worker.postMessage('stop')
      await within(STOP_MS, exited, 'the search index to stop').catch(() => worker.terminate())
    },
  }
}
