/** Makes written documents searchable: with the write itself while the load is low, else soon after it. */
export interface Refresher {
  /**
   * Runs a write. Unless the load is high, the documents can be found when it resolves.
   * @param write gets whether its requests shall refresh the index
   * @returns the result of `write`
   * @throws only what `write` throws
   */
  write<T>(documents: number, write: (refresh: boolean) => Promise<T>): Promise<T>
  stop(): void
}

/** Batches up to this size use refresh=true, which is a fifth faster than a separate request. */
const FEW_DOCUMENTS = 20
/** Maximum share of the time for refreshes: each creates a segment and slows down writes. */
const SHARE = 1 / 3
/** Milliseconds of refreshing that are available at once after a quiet time: about ten changes in a row. */
const RESERVE_MS = 300
/** Approximate maximum of milliseconds until a written document is found. */
const MAX_PAUSE_MS = 200
/**
 * With this many documents between two refreshes the pauses are longer, and Elasticsearch's own refresh, once a second,
 * does most of the work. More frequent refreshes took a third more CPU time.
 */
const MANY_DOCUMENTS = 500
const LONG_PAUSE_MS = 1_500

/**
 * One refresh at a time. Rare writes are refreshed at once. Under load refreshes are shared and come after pauses, and
 * writes do not wait for them.
 */
export function createRefresher(refreshNow: () => Promise<void>, now = () => performance.now()): Refresher {
  let running = false
  /** documents written since the last refresh began */
  let unrefreshed = 0
  /** writes in flight: only the last of several waits for the refresh */
  let writing = 0
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  /** milliseconds that are left for refreshes, as of `countedAt`; negative after a refresh that took longer */
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
    const before = unrefreshed
    unrefreshed = 0
    const start = now()
    try {
      return await work()
    } finally {
      running = false
      earn()
      credit = Math.max(credit - (now() - start), -SHARE * MAX_PAUSE_MS)
      notBefore = now() + (before >= MANY_DOCUMENTS ? LONG_PAUSE_MS : Math.max(0, -credit / SHARE))
      if (unrefreshed > 0) schedule()
    }
  }

  function schedule(): void {
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
    async write(documents, write) {
      if (documents <= FEW_DOCUMENTS && isFree()) return refreshing(() => write(true))
      writing++
      const result = await write(false).finally(() => writing--)
      unrefreshed += documents
      if (writing === 0 && isFree()) await refreshing(refreshNow).catch(() => {})
      else schedule()
      return result
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
