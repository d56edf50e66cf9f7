import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { TestContext } from 'node:test'
import type { Worker } from 'node:worker_threads'

/** Threads of this process that are started until the test ends (Node's documentation of diagnostics_channel). */
export function startedThreads(t: TestContext): Worker[] {
  const threads: Worker[] = []
  const onThread = (message: unknown): void => void threads.push((message as { worker: Worker }).worker)
  subscribe('worker_threads', onThread)
  t.after(() => unsubscribe('worker_threads', onThread))
  return threads
}
