import { type Baseline, startBaseline } from './baseline.ts'
import type { BaselineName } from './baselines.worker.ts'
import { type Cpu, cpuOf, cpuSince, totalOf } from '../testing/cpu.ts'
import type { Row, Scale } from './measurement.ts'
import { median } from './table.ts'

/** Works for about that many milliseconds. @returns how often it did the job */
export type Work = (forMs: number) => Promise<number>

/** A program that does the job. */
interface Contender {
  /** The CPU time of its process and of those below it counts. */
  pid: number
  /** Called before each round; its CPU time does not count. */
  prepare?: (() => Promise<void>) | undefined
  work: Work
}

export interface Comparison {
  measure: string
  /** `cost`: CPU time per job, less is better; `rate`: jobs per CPU-second, more is better */
  as: 'cost' | 'rate'
  bound?: number | undefined
  docmgr: Contender
  baseline: {
    name: BaselineName
    options?: object
    /** what it is, for the table */
    named: string
    /** Prepares its load. */
    load(bare: Baseline): Work | Promise<Work>
  }
  detail?: string
}

/** The smallest CPU time that can be read, in seconds. */
const CLOCK_TICK_S = 0.01

/**
 * CPU time of docmgr per job, as a multiple of that of a baseline. Both work in turns, so that whatever else the machine
 * does affects both.
 */
export async function measureRatio(scale: Scale, comparison: Comparison): Promise<Row> {
  const { docmgr, baseline } = comparison
  const bare = await startBaseline(baseline.name, baseline.options)
  try {
    const other = { pid: bare.pid, work: await baseline.load(bare) }
    for (const contender of [other, docmgr]) await costOf(contender, scale.warmMs)
    const rounds: Round[] = []
    for (let n = 0; n < scale.rounds; n++)
      rounds.push({ bare: await costOf(other, scale.roundMs), own: await costOf(docmgr, scale.roundMs) })
    return rowOf(comparison, rounds)
  } finally {
    await bare.stop()
  }
}

function rowOf({ measure, as, bound, baseline, detail }: Comparison, rounds: Round[]): Row {
  const medianOf = (pick: (round: Round) => number): number => median(rounds.map(pick))
  const own = medianOf((round) => round.own.total)
  const ratio = medianOf((round) => round.own.total / round.bare.total)
  const parts = [...rounds[0]!.own.parts.keys()].map(
    (name) => `${name} ${medianOf((round) => round.own.parts.get(name) ?? 0).toFixed(1)} µs`,
  )
  const bare = `${baseline.named} ${medianOf((round) => round.bare.total).toFixed(1)} µs`
  return {
    measure,
    ...(as === 'cost'
      ? { value: own, unit: 'µs', ratio }
      : { value: 1e6 / own, unit: '/CPU-s', ratio: 1 / ratio }),
    ...(bound !== undefined && (as === 'cost' ? { aim: bound } : { atLeast: bound })),
    detail: [bare, ...parts, ...(detail === undefined ? [] : [detail])].join(', '),
  }
}

interface Round {
  bare: Cost
  own: Cost
}

/** Microseconds per job. */
interface Cost {
  total: number
  parts: Cpu
}

async function costOf({ pid, prepare, work }: Contender, forMs: number): Promise<Cost> {
  await prepare?.()
  const before = await cpuOf(pid)
  const done = await work(forMs)
  const spent = cpuSince(before, await cpuOf(pid))
  const micros = (seconds: number): number => (seconds * 1e6) / done
  return {
    total: micros(Math.max(CLOCK_TICK_S, totalOf(spent))),
    parts: new Map([...spent].map(([name, cpu]) => [name, micros(cpu)])),
  }
}
