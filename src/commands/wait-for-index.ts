import { setTimeout as delay } from 'node:timers/promises'
import { type Api } from '../client/api.ts'
import { feedLag } from '../client/feed-lag.ts'
import { EXIT } from './exit-codes.ts'
import { type Io } from './io.ts'

/** Without any progress for so long, the index cannot be written: a batch of texts needs less. */
const STALL_MS = 20_000

/**
 * Waits until the search index has the last changes, before a service that was started for one command is stopped.
 * Without it, a search right after the command could miss them until the next start. It waits as long as the service gets
 * on with them.
 * @returns the exit code
 */
export async function waitForIndex(api: Api, io: Io): Promise<number> {
  let least = Infinity
  let progressAt = performance.now()
  while (!io.signal.aborted) {
    const { bytes, events, deadLetters } = feedLag(await api.metrics())
    const lag = bytes ?? events
    // A service that does not read the feed publishes none of them; a lag that is not known yet is not 0.
    if (deadLetters === undefined || lag === 0) return EXIT.done
    if (lag !== undefined && lag < least) {
      least = lag
      progressAt = performance.now()
    }
    if (performance.now() - progressAt > STALL_MS) {
      const why = `the index has taken nothing for ${STALL_MS / 1_000} s: \`docmgr doctor\` tests the server of search.url`
      io.note(`${io.errorColors.yellow('not indexed yet:')} ${why}; the next start indexes the rest`)
      return EXIT.attention
    }
    await delay(100, undefined, { signal: io.signal }).catch(() => {})
  }
  return io.interruptionCode()
}
