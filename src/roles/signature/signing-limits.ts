/** Limits of signing; times are in milliseconds. */
export interface SigningLimits {
  /** how long a request waits for its document to be moved before it answers `pending` */
  statusWaitMs: number
  /** interval between two sweeps */
  sweepEveryMs: number
  /** maximum time of one retried move */
  sweepWaitMs: number
  /** how long other processes leave a claimed intent alone */
  leaseMs: number
  /** intents claimed at once */
  batch: number
  /** delay before the first retry; it doubles up to the cap */
  retryBaseMs: number
  retryCapMs: number
}

export const SIGNING_LIMITS: SigningLimits = {
  statusWaitMs: 2_000,
  sweepEveryMs: 1_000,
  sweepWaitMs: 5_000,
  leaseMs: 15_000,
  batch: 20,
  retryBaseMs: 200,
  retryCapMs: 60_000,
}
