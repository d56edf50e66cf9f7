import type { Clock } from '../../runtime/clock.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { IntentStore } from './intent-store.ts'
import type { RetryIntent } from './retry-intent.ts'
import type { SigningLimits } from './signing-limits.ts'

export interface SweeperOptions {
  intents: IntentStore
  retry: RetryIntent
  limits: SigningLimits
  log: Logger
  clock: Clock
}

export interface Sweeper {
  /** Starts with every open intent, also those that are not due, because a process that died may have claimed them. */
  start(): void
  /** An intent was just left open: sweep soon instead of at the next interval. */
  wake(): void
  /** Finishes the current batch. */
  stop(): Promise<void>
}

/** Retries open intents until the document role has moved their documents or has refused to. */
export function createSweeper({ intents, retry, limits, log, clock }: SweeperOptions): Sweeper {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  /** Intents that are older are still to be made due. */
  let start: Date | undefined
  let isStopped = true

  const sweep = async (): Promise<void> => {
    if (start) await intents.makeDue(start)
    start = undefined
    for (;;) {
      const claimed = await intents.claim(limits.batch, limits.leaseMs)
      const logFailure = (error: unknown): void => log.warn({ err: error }, 'could not record a retry')
      await Promise.all(claimed.map((intent) => retry(intent).catch(logFailure)))
      if (claimed.length < limits.batch || isStopped) return
    }
  }

  const schedule = (ms: number): void => {
    clearTimeout(timer)
    if (!isStopped) timer = setTimeout(run, ms)
  }

  const run = (): void => {
    running = sweep()
      .catch((error: unknown) => log.warn({ err: error }, 'could not read open intents'))
      .finally(() => {
        running = undefined
        schedule(limits.sweepEveryMs)
      })
  }

  return {
    start() {
      isStopped = false
      start = clock.now()
      schedule(0)
    },
    wake() {
      if (!running) schedule(Math.min(limits.retryBaseMs, limits.sweepEveryMs))
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await running
    },
  }
}
