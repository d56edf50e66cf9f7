import type { Row } from '../measurement.ts'
import { median } from '../statistics.ts'
import { cpuOf } from './process-cpu.ts'
import type { StackScale } from './scale.ts'

/** One of two programs that do the same job. */
interface Program {
  /** what its process computes is counted */
  pid: number
  /** Lets it work for about so many milliseconds. @returns how often it did the job */
  work(forMs: number): Promise<number>
}

export interface Comparison {
  measure: string
  atLeast?: number
  baseline: Program
  docmgr: Program
  /** what the baseline is, for the table */
  named: string
  detail?: string
}

/** How often docmgr does the job in a CPU-second of its process, as a part of how often the baseline does, in turns. */
export async function measureRatio(scale: StackScale, comparison: Comparison): Promise<Row> {
  const { measure, atLeast, baseline, docmgr, named, detail } = comparison
  await rateOf(baseline, scale.warmMs)
  await rateOf(docmgr, scale.warmMs)
  const rounds: { bare: number; own: number }[] = []
  for (let n = 0; n < scale.rounds; n++)
    rounds.push({ bare: await rateOf(baseline, scale.roundMs), own: await rateOf(docmgr, scale.roundMs) })
  const own = median(rounds.map((round) => round.own))
  const bare = median(rounds.map((round) => round.bare))
  return {
    measure,
    value: own,
    unit: '/CPU-s',
    ratio: median(rounds.map((round) => round.own / round.bare)),
    ...(atLeast !== undefined && { atLeast }),
    detail: [`${(1e6 / own).toFixed(1)} µs each; ${named}: ${(1e6 / bare).toFixed(1)} µs`, detail]
      .filter(Boolean)
      .join('; '),
  }
}

/** The smallest measurable CPU time: one tick of the system clock. */
const CLOCK_TICK_S = 0.01

async function rateOf({ pid, work }: Program, forMs: number): Promise<number> {
  const before = await cpuOf(pid)
  const done = await work(forMs)
  return done / Math.max(CLOCK_TICK_S, (await cpuOf(pid)) - before)
}
