/** Limits how many pieces of work run at the same time. Waiters get their turn in the order of their calls. */
export interface Semaphore {
  /**
   * Waits for a permit.
   * @returns the function that gives it back; further calls of it do nothing
   * @throws the signal's reason when it aborts before there is a permit
   */
  acquire(signal?: AbortSignal): Promise<() => void>
  /** Runs `work` with a permit. @throws what `work` throws, or the signal's reason */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** how many wait for a permit */
  readonly waiting: number
}

export function createSemaphore(permits: number): Semaphore {
  let free = permits
  const waiters = new Set<() => void>()

  const release = (): void => {
    const [next] = waiters
    if (!next) return void free++
    waiters.delete(next)
    next()
  }

  const acquire = async (signal?: AbortSignal): Promise<() => void> => {
    signal?.throwIfAborted()
    if (free > 0) free--
    else await turn(signal)
    let isHeld = true
    return () => {
      if (isHeld) release()
      isHeld = false
    }
  }

  const turn = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const onTurn = (): void => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }
      const onAbort = (): void => {
        waiters.delete(onTurn)
        reject(signal!.reason as Error)
      }
      waiters.add(onTurn)
      signal?.addEventListener('abort', onAbort, { once: true })
    })

  return {
    acquire,
    async run(work, signal) {
      const giveBack = await acquire(signal)
      try {
        return await work()
      } finally {
        giveBack()
      }
    },
    get waiting() {
      return waiters.size
    },
  }
}
