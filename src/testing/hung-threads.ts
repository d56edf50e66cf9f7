import { Session } from 'node:inspector/promises'
import type { Worker } from 'node:worker_threads'
import { eventually } from './deadline.ts'

/** Waits for ever, without using the processor; the thread can only be terminated. */
const HANG = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'

/**
 * Makes threads of this process answer nothing any more, over the inspector's domain NodeWorker.
 * @returns how many of them still ran
 */
export async function hangThreads(threads: readonly Worker[]): Promise<number> {
  // One that has ended has -1.
  const ids = new Set(threads.flatMap(({ threadId }) => (threadId > 0 ? [String(threadId)] : [])))
  const session = new Session()
  session.connect()
  try {
    const found: string[] = []
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      // Its workerId is not the thread's id.
      if (ids.has(/^\[worker (\d+)\]/.exec(workerInfo.title)?.[1] ?? '')) found.push(sessionId)
    })
    const answered = new Set<string>()
    session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId } }) => {
      answered.add(sessionId)
    })
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
    await eventually('the threads to be seen', () => found.length === ids.size)
    const params = { expression: `setImmediate(() => ${HANG}); 'soon'` }
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params })
    for (const sessionId of found)
      await session.post('NodeWorker.sendMessageToWorker', { sessionId, message })
    await eventually('the threads to hang', () => answered.size === found.length)
    return found.length
  } finally {
    session.disconnect()
  }
}
