/** Makes what was written before the call searchable. */
export type Refresh = () => Promise<void>

/**
 * One refresh at a time, shared by all who wait: whoever calls while one runs gets the next, because the running one
 * may have begun before their writes.
 */
export function createRefresh(refresh: () => Promise<void>): Refresh {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const start = (): Promise<void> => {
    running = refresh().finally(() => (running = undefined))
    return running
  }
  return () => {
    if (running === undefined) return start()
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined
        return start()
      })
    return next
  }
}
