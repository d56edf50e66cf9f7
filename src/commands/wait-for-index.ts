import { setTimeout as delay } from 'node:timers/promises'
import { type Api } from '../client/api.ts'
import { type Io } from './io.ts'

const LIMIT_MS = 60_000

/**
 * Waits until the changes that were just made have reached the search index, before a service that was
 * started for one command is stopped. It would catch up with its next start; only a search right after it
 * would find less.
 */
export async function waitForIndex(api: Api, io: Io): Promise<void> {
  const end = performance.now() + LIMIT_MS
  while (performance.now() < end && !io.signal.aborted) {
    const lag = /^docmgr_changes_lag_bytes(?:\{[^}]*\})? (\S+)$/m.exec(await api.metrics())?.[1]
    if (lag === undefined || Number(lag) === 0) return
    await delay(100, undefined, { signal: io.signal }).catch(() => {})
  }
}
