/** How much is measured: enough for figures that repeat, or just enough to show that everything still works. */
export interface StackScale {
  /** alternations of the baseline and docmgr; the median of their ratios counts */
  rounds: number
  /** milliseconds of load, for each of the two in a round */
  roundMs: number
  warmMs: number
  /** milliseconds without load before what a process needs idle is read */
  restMs: number
  /** single changes that are awaited on a WebSocket */
  events: number
  /** and in the search */
  searches: number
  /** changes that are indexed in a round */
  changes: number
  /** the same, with contents that are read from S3 */
  contents: number
  indexingRounds: number
  /** WebSocket clients of one document */
  clients: number
  /** events of that document in a round */
  clientEvents: number
  /** connections to PgBouncer */
  connections: number
  /** operations of each kind whose cost is split up */
  operations: number
  /** milliseconds that the whole may take */
  limitMs: number
}

export const FULL: StackScale = {
  rounds: 5,
  roundMs: 1_500,
  warmMs: 2_000,
  restMs: 5_000,
  events: 300,
  searches: 150,
  changes: 20_000,
  contents: 4_000,
  indexingRounds: 5,
  clients: 2_000,
  clientEvents: 50,
  connections: 500,
  operations: 2_000,
  limitMs: 600_000,
}

export const QUICK: StackScale = {
  rounds: 1,
  roundMs: 200,
  warmMs: 100,
  restMs: 0,
  events: 5,
  searches: 5,
  changes: 300,
  contents: 50,
  indexingRounds: 1,
  clients: 50,
  clientEvents: 5,
  connections: 50,
  operations: 40,
  limitMs: 240_000,
}
