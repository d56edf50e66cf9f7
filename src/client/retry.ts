import { setTimeout as delay } from 'node:timers/promises'

/** How often all requests of one client may be repeated, so that a service in trouble is not made worse. */
export interface RetryBudget {
  /** counts a request that is sent for the first time */
  spend(): void
  /** false when there is nothing left */
  take(): boolean
}

/** Repeats cost one; each first request gives back a tenth. */
export function createRetryBudget(size = 20): RetryBudget {
  let left = size
  return {
    spend: () => void (left = Math.min(size, left + 0.1)),
    take: () => left >= 1 && (left--, true),
  }
}

const BASE_MS = 50
const LONGEST_MS = 2_000

/** Full jitter over an exponential: 0 to 50, 100, 200 … milliseconds, or what the service asked for. */
export async function backOff(
  attempt: number,
  retryAfterMs: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const ceiling = Math.min(LONGEST_MS, BASE_MS * 2 ** attempt)
  await delay(Math.min(LONGEST_MS, retryAfterMs ?? 0) + Math.random() * ceiling, undefined, { signal })
}

/** Retry-After in seconds (RFC 9110, 10.2.3); its other form, a date, is not used by docmgr. */
export function retryAfterOf(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined
}
