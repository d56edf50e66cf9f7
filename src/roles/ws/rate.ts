/**
 * A token bucket: `burst` at once, `perSecond` on the long run. `take` says whether this one is still
 * within.
 */
export function createRate(options: { burst: number; perSecond: number }): { take(nowMs: number): boolean } {
  const { burst, perSecond } = options
  let tokens = burst
  let filledAt = -Infinity
  return {
    take(nowMs) {
      tokens = Math.min(burst, tokens + ((nowMs - filledAt) / 1000) * perSecond)
      filledAt = nowMs
      if (tokens < 1) return false
      tokens--
      return true
    },
  }
}
