import assert from 'node:assert/strict'

/**
 * Total views are exact. Unique views may be an estimate: in a HyperLogLog two viewers of one of its 16,384 registers count
 * as one, which happens to 1 in 16,384 pairs of viewers and to 1 in 80 groups of 20.
 */
export function assertViews(
  actual: { total_views: number; unique_views: number },
  expected: { total_views: number; unique_views: number },
  message?: string,
): void {
  assert.equal(actual.total_views, expected.total_views, message)
  assertUniqueViews(actual.unique_views, expected.unique_views, message)
}

/** @param viewers that the tests have sent, at most 30: with more the estimate has an error of its own */
export function assertUniqueViews(actual: number, viewers: number, message = ''): void {
  const shared = viewers < 2 ? 0 : viewers < 10 ? 1 : 3
  const isEstimate = actual <= viewers && actual >= viewers - shared
  assert.ok(isEstimate, `${actual} unique views of ${viewers} viewers ${message}`)
}
