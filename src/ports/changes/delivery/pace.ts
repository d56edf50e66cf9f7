/** Batches that may begin ahead of the pace after a quiet time. */
const BURST = 3

/** Limits how often batches begin: on average one each `paceMs`, and a few more after a quiet time. */
export class Pace {
  readonly #paceMs: number
  /** when the next batch is due; monotonic milliseconds */
  #dueAt = -Infinity

  constructor(paceMs: number) {
    this.#paceMs = paceMs
  }

  /** Milliseconds until a batch that is not full may begin, at most `paceMs` after the last one. */
  waitMs(now: number): number {
    return Math.max(0, this.#dueAt - BURST * this.#paceMs - now)
  }

  /** Full batches begin without waiting; the limit keeps them from delaying the first one that is not full. */
  started(now: number): void {
    const latest = now + (BURST + 1) * this.#paceMs
    this.#dueAt = Math.min(Math.max(this.#dueAt, now) + this.#paceMs, latest)
  }
}
