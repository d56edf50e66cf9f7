import { setTimeout as delay } from 'node:timers/promises'
import { type Api } from '../client/api.ts'
import { feedLag } from '../client/feed-lag.ts'
import { type Io } from './io.ts'

const TIMEOUT_MS = 60_000

/**
 * Waits until the search index has the last changes, before a service that was started for one command is stopped.
 * Without it, a search right after the command could miss them until the next start.
 */
export async function waitForIndex(api: Api, io: Io): Promise<void> {
  const end = performance.now() + TIMEOUT_MS
  while (performance.now() < end && !io.signal.aborted) {
    const { bytes, events, deadLetters } = feedLag(await api.metrics())
    // A service that does not read the feed publishes none of them; a lag that is not known yet is not 0.
    if (deadLetters === undefined || (bytes ?? events) === 0) return
    await delay(100, undefined, { signal: io.signal }).catch(() => {})
  }
}
