import { isReached, type Offsets } from './position.ts'

/** Callers that wait until a reader has reached the offsets of another instance. */
export class OffsetWaiters {
  readonly #waiting = new Set<{ offsets: Offsets; resolve: (reached: boolean) => void }>()

  /** @returns whether the reader reached the offsets within so many milliseconds */
  reached(offsets: Offsets, ms: number): Promise<boolean> {
    return new Promise((settle) => {
      const timer = setTimeout(() => waiter.resolve(false), ms)
      const waiter = {
        offsets,
        resolve: (reached: boolean): void => {
          clearTimeout(timer)
          this.#waiting.delete(waiter)
          settle(reached)
        },
      }
      this.#waiting.add(waiter)
    })
  }

  /** The reader has moved. */
  onMoved(now: Offsets): void {
    for (const { offsets, resolve } of this.#waiting) if (isReached(now, offsets)) resolve(true)
  }
}
