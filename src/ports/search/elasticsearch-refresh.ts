/** Sees to it that what is written can be found: when the write is done, where there is time for it, else soon. */
export interface Refresher {
  /**
   * Has documents written.
   * @param write told whether the last of its requests is to refresh the index
   * @returns its result. It is found by then, unless much is written. Rejects only when `write` does
   */
  written<T>(documents: number, write: (refresh: boolean) => Promise<T>): Promise<T>
  stop(): void
}

/** So few are made searchable by the request that writes them, which is a fifth faster than one more request. */
const FEW_DOCUMENTS = 20
/** The part of the time that refreshing may take: each makes a segment, and costs what writing could use. */
const SHARE = 1 / 3
/** Milliseconds of refreshing that can be used at once after a quiet time: some ten changes in a row do not wait. */
const RESERVE_MS = 300
/** Milliseconds, about, after which what was written is found at the latest. */
const MAX_PAUSE_MS = 200
/**
 * While so many documents come between two refreshes, nobody waits for a single one. Then Elasticsearch's own refresh,
 * each second, is enough, and the pauses here are longer: refreshing more often took it a third more computing.
 */
const MANY_DOCUMENTS = 500
const LONG_PAUSE_MS = 1_500

/**
 * One refresh at a time. Who writes seldom gets one at once; while much is written, refreshes are shared and come after
 * pauses that nobody waits for.
 */
export function createRefresher(refreshNow: () => Promise<void>, now = () => performance.now()): Refresher {
  let running = false
  /** documents that were written since the last refresh began */
  let waiting = 0
  /** writes under way: whoever has more to write does not wait */
  let writing = 0
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  /** milliseconds that refreshing may take now, as of `countedAt`; below 0 after one that took longer */
  let credit = RESERVE_MS
  let countedAt = now()
  let notBefore = -Infinity

  function earn(): void {
    credit = Math.min(RESERVE_MS, credit + SHARE * (now() - countedAt))
    countedAt = now()
  }

  function isFree(): boolean {
    earn()
    return !running && timer === undefined && credit > 0 && now() >= notBefore
  }

  async function refreshing<T>(work: () => Promise<T>): Promise<T> {
    running = true
    const before = waiting
    waiting = 0
    const start = now()
    try {
      return await work()
    } finally {
      running = false
      earn()
      credit = Math.max(credit - (now() - start), -SHARE * MAX_PAUSE_MS)
      notBefore = now() + (before >= MANY_DOCUMENTS ? LONG_PAUSE_MS : Math.max(0, -credit / SHARE))
      if (waiting > 0) later()
    }
  }

  function later(): void {
    if (running || stopped) return
    timer ??= setTimeout(
      () => {
        timer = undefined
        void refreshing(refreshNow).catch(() => {})
      },
      Math.max(0, notBefore - now()),
    )
  }

  return {
    async written(documents, write) {
      if (documents <= FEW_DOCUMENTS && isFree()) return refreshing(() => write(true))
      writing++
      const result = await write(false).finally(() => writing--)
      waiting += documents
      if (writing === 0 && isFree()) await refreshing(refreshNow).catch(() => {})
      else later()
      return result
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
