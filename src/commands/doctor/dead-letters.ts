import { openDeadLetters } from '../../app/dead-letters.ts'
import type { Config } from '../../config/schema.ts'
import { isShared } from '../../ports/adapters.ts'
import { createLogger } from '../../runtime/logger.ts'
import { within } from '../../runtime/within.ts'
import type { Checks } from './finding.ts'
import { DEAD_LETTERS_FIX } from './service.ts'
import { countOf } from '../format-number.ts'

const COUNT_TIMEOUT_MS = 10_000

/** Counts the dead letters of all processes in Kafka itself. A service of this machine says how many it knows. */
export function checksOfDeadLetters(
  config: Config,
  { isRunning, signal }: { isRunning: boolean; signal: AbortSignal },
): Checks {
  const canRead = isShared('changes', config.changes.url) && isShared('database', config.database.url)
  if (isRunning || !canRead) return {}
  return {
    'dead letters': async () => {
      try {
        const count = await within(COUNT_TIMEOUT_MS, countDeadLetters(config, signal))
        if (count === 0) return { state: 'ok', detail: 'none' }
        return {
          state: 'problem',
          detail: `${countOf(count, 'event')} could not be processed`,
          fix: DEAD_LETTERS_FIX,
        }
      } catch (error) {
        return { state: 'remark', detail: `cannot be counted: ${(error as Error).message}` }
      }
    },
  }
}

async function countDeadLetters(config: Config, signal: AbortSignal): Promise<number> {
  const log = createLogger({ level: 'fatal' })
  const opened = await openDeadLetters(config, { log, signal, forRetry: false })
  try {
    return await opened.count()
  } finally {
    await opened.stop()
  }
}
