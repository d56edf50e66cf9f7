import { setTimeout as delay } from 'node:timers/promises'

export interface Backoff {
  /** milliseconds after the first failure */
  firstMs: number
  /** milliseconds at the most */
  limitMs: number
}

/** Milliseconds to wait after `failures` failures in a row: doubling, half of it at random so that many spread out. */
export function backoffMs(failures: number, { firstMs, limitMs }: Backoff, random: () => number): number {
  const full = Math.min(limitMs, firstMs * 2 ** Math.min(failures - 1, 30))
  return full / 2 + (full / 2) * random()
}

/** Waits, or less when the signal comes. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {})
}
