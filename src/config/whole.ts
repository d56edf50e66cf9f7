import { z } from 'zod'

/** A whole number from `min` to `max`. */
export const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`
  return z.int(rule).min(min, rule).max(max, rule)
}
