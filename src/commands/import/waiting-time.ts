import { setTimeout as delay } from 'node:timers/promises'

/** The time of waiting, which a test can take over. */
export interface WaitingTime {
  /** milliseconds since any moment */
  now(): number
  /** Resolves after these milliseconds, or when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>
}

export const SYSTEM_TIME: WaitingTime = {
  now: () => performance.now(),
  pause: (ms, signal) => delay(ms, undefined, { signal }).catch(() => {}),
}
