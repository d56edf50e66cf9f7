/** Callers that wait until something holds. Code that changes what it depends on calls `changed`. */
export class Condition {
  readonly #waiters = new Set<{ holds: () => boolean; resolve: () => void }>()

  /** Resolves when `holds` returns true, now or after a change, or when the signal aborts. */
  async until(holds: () => boolean, signal?: AbortSignal): Promise<void> {
    if (holds() || signal?.aborted) return
    await new Promise<void>((resolve) => {
      const waiter = {
        holds,
        resolve: (): void => {
          this.#waiters.delete(waiter)
          signal?.removeEventListener('abort', waiter.resolve)
          resolve()
        },
      }
      this.#waiters.add(waiter)
      signal?.addEventListener('abort', waiter.resolve, { once: true })
    })
  }

  changed(): void {
    for (const { holds, resolve } of this.#waiters) if (holds()) resolve()
  }
}
