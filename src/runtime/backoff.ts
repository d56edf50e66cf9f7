import { setTimeout as delay } from 'node:timers/promises'

export interface Backoff {
  /** milliseconds after the first failure */
  firstMs: number
  /** maximum milliseconds after any failure */
  limitMs: number
}

/**
 * Milliseconds to wait after `failures` (at least 1) failures in a row: it doubles each time, and half of it is random,
 * so that the retries of many callers spread out.
 * @param random from 0 to 1
 */
export function backoffMs(failures: number, { firstMs, limitMs }: Backoff, random = Math.random): number {
  const full = Math.min(limitMs, firstMs * 2 ** Math.min(failures - 1, 30))
  return full / 2 + (full / 2) * random()
}

/** Waits `ms` milliseconds, or until the signal aborts. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {})
}

/** Limits the retries of one client as a share of its requests, so that they do not overload a failing service. */
export interface RetryBudget {
  /** counts a first attempt */
  onRequest(): void
  /** Takes one retry; false when none is left. */
  tryTake(): boolean
}

/** @param size retries that may follow each other at once; each first attempt gives a tenth of one back */
export function createRetryBudget(size = 20): RetryBudget {
  let left = size
  return {
    onRequest: () => void (left = Math.min(size, left + 0.1)),
    tryTake: () => left >= 1 && (left--, true),
  }
}
