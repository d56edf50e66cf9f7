/** One line of the table. */
export interface Row {
  measure: string
  value: number
  unit: 'µs' | 'ms' | '/s' | '/CPU-s' | 'bytes'
  /** the figure as a multiple of its baseline's */
  ratio?: number
  /** upper bound of the ratio or, where there is none, of the value */
  aim?: number
  /** the same as a lower bound, where more is better */
  atLeast?: number
  /** what the figure consists of */
  detail?: string
}

export interface Measurement<B> {
  /** on the command line */
  name: string
  run(bench: B): Promise<Row[]>
}

/** What the measurements of both benches share. */
export interface SharedBench {
  scale: Scale
  /** a temporary folder that is removed at the end */
  folder: string
  /** Creates documents, and returns their ids. */
  newDocuments(count: number): Promise<string[]>
  /** The ids of `count` documents, which are created where they are missing. */
  documents(count: number): Promise<string[]>
  /** Waits until every change so far has been indexed. */
  settled(): Promise<void>
  stop(): Promise<void>
}

/** How much is measured: for figures that repeat, and just enough to show that everything can be measured. */
const SCALES = {
  /** alternations of the baseline and docmgr; the median of their ratios counts */
  rounds: [5, 1],
  /** milliseconds of load, for each of the two in a round */
  roundMs: [1_000, 150],
  warmMs: [3_000, 100],
  /** milliseconds without load, whose CPU time is subtracted from costs */
  idleMs: [5_000, 300],
  /** single changes that a WebSocket client waits for */
  events: [300, 5],
  /** and a search */
  searches: [200, 5],
  /** documents that searches go through */
  searched: [10_000, 100],
  /** documents of 20 pages; `--documents` says how many */
  long: [3_000, 20],
  /** documents whose titles are suggested */
  titled: [100_000, 500],
  /** documents of which someone may read a part */
  indexed: [300_000, 2_000],
  /** documents of two services that are asked the same */
  few: [10_000, 100],
  many: [1_000_000, 1_000],
  /** requests of a kind to each of them in a round */
  asked: [25, 2],
  /** of these rounds at most */
  askedRounds: [20, 1],
  /** documents that are signed in a round, once each */
  signatures: [400, 20],
  /** operations of each kind whose cost is split by process */
  operations: [2_000, 40],
  /** changes that are indexed in a round */
  changes: [20_000, 300],
  /** WebSocket clients of one document */
  clients: [2_000, 50],
  /** events that they receive in a round */
  clientEvents: [50, 5],
  /** people who work at the same time */
  users: [300, 6],
  /** milliseconds that they work */
  usersMs: [60_000, 1_500],
  /** milliseconds that one of them waits at least before each request, and three times that at most */
  pauseMs: [1_000, 50],
  /** connections to PgBouncer */
  connections: [500, 50],
  /** milliseconds for the whole run */
  limitMs: [5_400_000, 240_000],
} as const

export type Scale = Record<keyof typeof SCALES, number>

/** @param given replaces figures of the scale */
export const scaleOf = (quick: boolean, given: Partial<Scale> = {}): Scale => ({
  ...(Object.fromEntries(
    Object.entries(SCALES).map(([name, values]) => [name, values[quick ? 1 : 0]]),
  ) as Scale),
  ...given,
})
