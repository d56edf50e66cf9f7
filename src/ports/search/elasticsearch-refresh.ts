/** Makes what was written before the call searchable: at once and waited for, or soon. Never rejects. */
export interface Refresher {
  refresh(): Promise<void>
  stop(): void
}

/** Milliseconds, about, after which what was written is found at the latest. */
const MAX_PAUSE_MS = 200
/** Pauses are so many times as long as the refresh before, so that refreshing takes about a fifth of the time. */
const PAUSE_FACTOR = 4

/**
 * One refresh at a time. Who writes seldom waits for a refresh, a few milliseconds; while much is written, refreshes
 * are shared and come after pauses that nobody waits for: each makes a segment, and costs what writing could use.
 */
export function createRefresher(refreshNow: () => Promise<void>, now = () => performance.now()): Refresher {
  let running = false
  let wanted = false
  let notBefore = 0
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  async function run(): Promise<void> {
    running = true
    wanted = false
    const start = now()
    await refreshNow().catch(() => {})
    running = false
    notBefore = now() + Math.min(MAX_PAUSE_MS, PAUSE_FACTOR * (now() - start))
    if (wanted) later()
  }

  function later(): void {
    wanted = true
    if (running || stopped) return
    timer ??= setTimeout(
      () => {
        timer = undefined
        void run()
      },
      Math.max(0, notBefore - now()),
    )
  }

  return {
    async refresh() {
      if (running || timer !== undefined || now() < notBefore) later()
      else await run()
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
