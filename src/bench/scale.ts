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
  seeds: number
  /** the page of 20 that is compared with the first one */
  page: number
  /** at the most, of node_modules */
  importFiles: number
  uploads: number
  /** starts on an empty folder, and on one that was used before */
  starts: number
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
  seeds: 10_000,
  page: 1_000,
  importFiles: 1_000,
  uploads: 3,
  starts: 3,
  limitMs: 900_000,
}

export const QUICK: Scale = {
  rounds: 1,
  roundMs: 150,
  warmMs: 100,
  signaturesPerRound: 20,
  events: 5,
  searches: 5,
  seeds: 50,
  page: 10,
  importFiles: 20,
  uploads: 1,
  starts: 1,
  limitMs: 240_000,
}
