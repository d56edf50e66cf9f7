import { setTimeout as delay } from 'node:timers/promises'
import { calibrateClock } from '../clock.ts'
import type { Row } from '../measurement.ts'
import { median, percentile } from '../statistics.ts'
import { newWord } from '../texts.ts'
import type { Observe, Observation } from './baseline-observer.ts'
import type { StackBench } from './stack-bench.ts'

/** Between two changes, at most: longer than Debezium's poll, so that they fall anywhere into it. */
const PAUSE_MS = 25
const AIM = 1.2

/** Milliseconds from a commit until the baseline, and docmgr, had it. */
export interface Latency {
  bare: number
  own: number
  /** until a look into the index saw it, where that is done before docmgr is asked */
  visible: number
}

interface Arrival {
  at: number
  visibleAt?: number
}

/** A row that is about to be committed. */
interface PendingRow {
  id: string
  /** of its title */
  word: string
  now: () => number
}

/** Prepares to wait for a row. @returns waits, from its commit on, and gives the times */
export type Await = (
  bench: StackBench,
  row: PendingRow,
) => Promise<(seen: Promise<Observation>) => Promise<Arrival>>

/** The commit counts from its acknowledgement, in this process. */
export async function measureCommit(bench: StackBench, seen: Observe, prepare: Await): Promise<Latency> {
  const row = { id: bench.rows.newId(), word: newWord(), now: calibrateClock() }
  const arrived = await prepare(bench, row)
  const bare = seen(row.id)
  bare.catch(() => {})
  await delay(Math.random() * PAUSE_MS)
  await bench.rows.insert(row.id, `The ${row.word} clause`)
  const committed = row.now()
  const { at, visibleAt = at } = await arrived(bare)
  return { own: at - committed, visible: visibleAt - committed, bare: (await bare).at - committed }
}

/** A baseline's. */
export function rowsOf(measure: string, latencies: readonly number[]): Row[] {
  return ([0.5, 0.99] as const).map((part) => ({
    measure: `${measure}, p${part * 100}`,
    value: percentile([...latencies], part),
    unit: 'ms',
    detail: `${latencies.length} commits`,
  }))
}

/** docmgr's, as multiples of those of the bare consumer. */
export function comparedRowsOf(measure: string, pairs: readonly Latency[]): Row[] {
  const own = pairs.map((pair) => pair.own)
  const bare = pairs.map((pair) => pair.bare)
  const later = median(pairs.map((pair) => pair.own - pair.bare))
  return rowsOf(measure, own).map((row, place) => {
    const baseline = percentile([...bare], place === 0 ? 0.5 : 0.99)
    const detail =
      `${row.detail}, bare consumer ${baseline.toFixed(1)} ms` +
      (place === 0 ? `; median of the differences ${later.toFixed(1)} ms` : '')
    return { ...row, ratio: row.value / baseline, aim: AIM, detail }
  })
}
