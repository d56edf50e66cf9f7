import { availableParallelism } from 'node:os'
import type { Logger } from '../../../runtime/logger.ts'
import type { createRestarted } from './restarted-thread.ts'

/** Threads that read: one more than there are cores gains nothing, and each has a cache of up to 32 MB. */
const MAX_READERS = Math.min(Math.max(availableParallelism(), 2), 4)

type Reader = Pick<Awaited<ReturnType<typeof createRestarted>>, 'call' | 'stop'>

/**
 * Threads that read the same file, so that a query does not wait for an expensive one before it. Another one is started when
 * all are busy: an index that few people search has one.
 * @param start one of them
 * @throws what the first start throws
 */
export async function openReaders(start: () => Promise<Reader>, log: Logger): Promise<Reader> {
  const readers = [{ reader: await start(), calls: 0 }]
  let starting: Promise<void> | undefined
  let most = MAX_READERS

  async function addReader(): Promise<void> {
    try {
      readers.push({ reader: await start(), calls: 0 })
    } catch (error) {
      // Not again at each search: those that there are go on.
      most = readers.length
      log.warn({ err: error }, 'another reader of the search index could not be started')
    }
  }

  return {
    async call<Result>(method: string, args: unknown[]): Promise<Result> {
      const least = readers.reduce((one, other) => (other.calls < one.calls ? other : one))
      if (least.calls > 0 && readers.length < most)
        starting ??= addReader().finally(() => (starting = undefined))
      least.calls++
      try {
        return await least.reader.call<Result>(method, args)
      } finally {
        least.calls--
      }
    },
    async stop(): Promise<void> {
      most = 0
      await starting
      await Promise.all(readers.map(({ reader }) => reader.stop()))
    },
  }
}
