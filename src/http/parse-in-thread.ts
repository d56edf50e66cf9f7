import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { DomainError } from '../domain/errors.ts'
import { buildRoot } from '../runtime/package-root.ts'
import { within } from '../runtime/within.ts'

/** 30 MB of escapes take 0.1 s of CPU. */
const LIMIT_MS = 30_000

/** What the thread answers. Of an error only its message crosses the border of threads. */
export type Parsed = { json: unknown } | { problem: string }

/**
 * As parseJson, in a thread of its own: other requests would wait for a body of many megabytes. The thread ends
 * afterwards, so the memory that the body took is given back at once.
 * @param bytes with a buffer of their own, which is moved to the thread
 * @throws DomainError malformed-request, unavailable
 */
export async function parseInThread(bytes: Uint8Array): Promise<unknown> {
  const worker = new Worker(join(buildRoot(), 'http/parse-json.worker.js'), {
    workerData: bytes,
    transferList: [bytes.buffer as ArrayBuffer],
  })
  try {
    const [parsed] = (await within(LIMIT_MS, once(worker, 'message'))) as [Parsed]
    if ('json' in parsed) return parsed.json
    throw new DomainError('malformed-request', parsed.problem)
  } catch (error) {
    if (error instanceof DomainError) throw error
    throw new DomainError('unavailable', 'the body could not be parsed now; try again', { cause: error })
  } finally {
    void worker.terminate()
  }
}
