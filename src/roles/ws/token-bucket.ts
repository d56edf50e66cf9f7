/** A rate limit: `burst` calls at once, `perSecond` on average. */
export interface TokenBucket {
  /** @returns whether the call is within the limit */
  take(nowMs: number): boolean
}

export function createTokenBucket({ burst, perSecond }: { burst: number; perSecond: number }): TokenBucket {
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
