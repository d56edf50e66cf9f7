import { setTimeout as delay } from 'node:timers/promises'
import { TimeoutError } from './within.ts'

/** Returned by a probe: what it looks for is not there yet, and why. */
export class NotYet {
  readonly reason: string
  readonly cause: Error | undefined
  constructor(reason: string, cause?: Error) {
    this.reason = reason
    this.cause = cause
  }
}

export type Probe<T> = () => Found<T> | Promise<Found<T>>
type Found<T> = T | NotYet | undefined | false

export interface Deadline {
  /**
   * Calls `probe` until it returns anything but undefined, false or a NotYet, and returns that.
   * @param what names what is waited for in the error
   * @throws TimeoutError after the deadline; what the probe throws; the signal's reason when it aborts
   */
  poll<T>(what: string, probe: Probe<T>): Promise<T>
}

export interface DeadlineOptions {
  timeoutMs: number
  signal?: AbortSignal
  /** The time between two calls grows from 10 ms to this. */
  maxIntervalMs?: number
}

/** A deadline for a piece of work that polls several times: the time counts from now, for all of them together. */
export function createDeadline({ timeoutMs, signal, maxIntervalMs = 1_000 }: DeadlineOptions): Deadline {
  const end = performance.now() + timeoutMs
  return {
    async poll<T>(what: string, probe: Probe<T>) {
      for (let interval = 10; ; interval = Math.min(interval * 1.5, maxIntervalMs)) {
        const found = await probe()
        if (found !== undefined && found !== false && !(found instanceof NotYet)) return found
        const { reason, cause } = found instanceof NotYet ? found : {}
        if (performance.now() > end) throw new TimeoutError(timeoutMs, what, reason, cause)
        await delay(interval, undefined, signal && { signal })
      }
    },
  }
}

/** Polls with a deadline of its own; see `Deadline.poll`. */
export const poll = <T>(options: DeadlineOptions, what: string, probe: Probe<T>): Promise<T> =>
  createDeadline(options).poll(what, probe)
