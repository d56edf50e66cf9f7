import { startBareServer } from './bare-server.ts'
import { type Cpu, readCpu } from './cpu.ts'
import { ask, type BenchRequest, load } from './load.ts'
import type { Bench, Row } from './measurement.ts'
import { median } from './statistics.ts'

export interface Comparison {
  measure: string
  aim?: number
  status: number
  /** Called before each round, whose CPU does not count. */
  prepare?: () => Promise<void>
  next: () => BenchRequest | undefined
  /** Waits for what the requests have caused in the background; its CPU counts. */
  settle?: () => Promise<void>
}

interface Round {
  ratio: number
  bare: number
  node: number
  postgres: number | undefined
}

/**
 * CPU that docmgr needs for a request, as a multiple of what a bare node:http server needs to return the same bytes.
 * Both get the same load in turns, so that whatever else the machine does meets both.
 */
export async function compareWithBare(bench: Bench, comparison: Comparison): Promise<Row[]> {
  const { scale, pool } = bench
  const { measure, aim, status, prepare, next, settle } = comparison
  await prepare?.()
  const sample = next()!
  const bare = await startBareServer(await ask(pool, sample, status))

  const bareRound = async (forMs: number): Promise<number> => {
    const before = await bare.cpu()
    const requests = await load(bare.pool, { next: () => sample, status, forMs })
    return ((await bare.cpu()) - before) / requests
  }
  const docmgrRound = async (forMs: number): Promise<Cpu> => {
    await prepare?.()
    const before = await readCpu(bench.service, pool)
    const requests = await load(pool, { next, status, forMs })
    await settle?.()
    const after = await readCpu(bench.service, pool)
    return {
      node: (after.node - before.node) / requests,
      postgres: after.postgres === undefined ? undefined : (after.postgres - before.postgres!) / requests,
    }
  }

  try {
    await bareRound(scale.warmMs / 2)
    await docmgrRound(scale.warmMs)
    const rounds: Round[] = []
    for (let n = 0; n < scale.rounds; n++) {
      const baseline = await bareRound(scale.roundMs)
      const { node, postgres } = await docmgrRound(scale.roundMs)
      rounds.push({ ratio: (node + (postgres ?? 0)) / baseline, bare: baseline, node, postgres })
    }
    return [rowOf(measure, aim, rounds)]
  } finally {
    await bare.stop()
  }
}

function rowOf(measure: string, aim: number | undefined, rounds: Round[]): Row {
  const micros = (pick: (round: Round) => number): number => median(rounds.map(pick)) * 1e6
  const bare = micros(({ bare }) => bare)
  const node = micros(({ node }) => node)
  const postgres = rounds[0]!.postgres === undefined ? undefined : micros(({ postgres }) => postgres!)
  const value = node + (postgres ?? 0)
  const parts = [
    `bare ${bare.toFixed(0)} µs`,
    `node ${node.toFixed(0)} µs`,
    postgres === undefined ? 'PostgreSQL not counted' : `PostgreSQL ${postgres.toFixed(0)} µs`,
    `${Math.round(1e6 / value).toLocaleString('en')} a CPU-second`,
  ]
  return {
    measure,
    value,
    unit: 'µs',
    ratio: median(rounds.map(({ ratio }) => ratio)),
    ...(aim !== undefined && { aim }),
    detail: parts.join(', '),
  }
}
