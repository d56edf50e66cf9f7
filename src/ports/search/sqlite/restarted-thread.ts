import { DomainError } from '../../../domain/errors.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { TimeoutError } from '../../../runtime/within.ts'
import { startThread, type Thread } from '../thread.ts'
import { translateSqliteError, translateStartError } from './errors.ts'
import type { Ready, ThreadOptions } from './protocol.ts'

/** Threads of one kind that did not answer in time and have not ended yet. */
const MAX_ABANDONED = 2

const noAnswer = (cause?: Error): DomainError =>
  new DomainError('unavailable', 'the search index does not answer; try again', { cause })

/** A thread that is started again when it has ended, or does not answer in time. */
export async function createRestarted(
  options: Omit<ThreadOptions, 'isFirst'>,
  timeoutMs: number,
  log: Logger,
) {
  const start = (isFirst: boolean) =>
    startThread<Ready>('sqlite/index.worker.js', { ...options, isFirst } satisfies ThreadOptions)
  let thread = await start(true)
  let starting: Promise<Thread<Ready>> | undefined
  let abandoned: Thread<Ready>[] = []
  let stopped = false

  async function running(): Promise<Thread<Ready>> {
    if (!thread.ended && !abandoned.includes(thread)) return thread
    abandoned = abandoned.filter(({ ended }) => !ended)
    if (stopped || abandoned.length > MAX_ABANDONED) throw noAnswer()
    starting ??= start(false).finally(() => (starting = undefined))
    return (thread = await starting)
  }

  return {
    unfilled: thread.ready.unfilled,
    async call<Result>(method: string, args: unknown[]): Promise<Result> {
      const used = await running().catch((error: unknown) => {
        throw translateStartError(error)
      })
      try {
        return await used.call<Result>(method, args, timeoutMs)
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw translateSqliteError(error)
        // A statement cannot be interrupted: its thread ends after it. What a writer has committed of a batch is kept.
        if (!abandoned.includes(used)) {
          log.warn({ method, timeoutMs }, `a ${options.kind} of the search index did not answer in time`)
          abandoned.push(used)
          void used.stop()
        }
        throw options.kind === 'reader' ? translateSqliteError(error) : noAnswer(error)
      }
    },
    async stop(): Promise<void> {
      stopped = true
      await thread.stop()
    },
  }
}
