/** Bounds of signing; times in milliseconds. */
export interface SigningLimits {
  /** how long a request waits for its document to be moved before it answers `pending` */
  statusWaitMs: number
  /** between two looks for open intents */
  sweepEveryMs: number
  /** how long one repeated move may take */
  sweepWaitMs: number
  /** how long a taken intent is left alone by the others */
  leaseMs: number
  /** intents taken at once */
  batch: number
  /** the first delay before a repetition; it doubles up to the cap */
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
