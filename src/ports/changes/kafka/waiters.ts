import { isReached, type Offsets } from './position.ts'

/** Those who wait until a reader has come to where another one was already. */
export class OffsetWaiters {
  readonly #waiting = new Set<{ offsets: Offsets; settle: (isThere: boolean) => void }>()

  /** @returns whether the reader got there within so many milliseconds */
  reached(offsets: Offsets, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiter.settle(false), ms)
      const waiter = {
        offsets,
        settle: (isThere: boolean): void => {
          clearTimeout(timer)
          this.#waiting.delete(waiter)
          resolve(isThere)
        },
      }
      this.#waiting.add(waiter)
    })
  }

  /** The reader is there now. */
  moved(now: Offsets): void {
    for (const { offsets, settle } of this.#waiting) if (isReached(now, offsets)) settle(true)
  }
}
