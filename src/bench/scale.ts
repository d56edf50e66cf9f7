/** How much is measured: enough for figures that repeat, or just enough to show that everything still works. */
export interface Scale {
  /** alternations of the bare server and docmgr; the median of their ratios counts */
  rounds: number
  /** milliseconds of load, for each of the two in a round */
  roundMs: number
  warmMs: number
  /** documents that are signed in a round: each once */
  signaturesPerRound: number
  /** single changes, for latencies */
  events: number
  searches: number
  /** milliseconds that the whole may take */
  limitMs: number
}

export const FULL: Scale = {
  rounds: 5,
  roundMs: 800,
  warmMs: 3_000,
  signaturesPerRound: 400,
  events: 300,
  searches: 200,
  limitMs: 900_000,
}

export const QUICK: Scale = {
  rounds: 1,
  roundMs: 150,
  warmMs: 100,
  signaturesPerRound: 20,
  events: 5,
  searches: 5,
  limitMs: 240_000,
}
