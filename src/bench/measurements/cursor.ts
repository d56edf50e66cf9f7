import { readCpu } from '../cpu.ts'
import { ask, type BenchRequest, load } from '../load.ts'
import type { Bench, Measurement } from '../measurement.ts'
import { nextPath } from '../open-bench.ts'
import { median } from '../statistics.ts'

const PAGE_SIZE = 20

/** What a page deep in a list costs, as a multiple of the first one's cost. */
export const cursor: Measurement = {
  name: 'cursor',
  async run(bench) {
    const { scale } = bench
    await bench.documents((scale.page + 1) * PAGE_SIZE)
    await bench.settled()
    const first: BenchRequest = { method: 'GET', path: `/documents?limit=${PAGE_SIZE}` }
    const deep: BenchRequest = { method: 'GET', path: await pathOfPage(bench, scale.page) }
    await cost(bench, first, scale.warmMs / 2)
    await cost(bench, deep, scale.warmMs / 2)
    const rounds: { first: number; deep: number }[] = []
    for (let n = 0; n < scale.rounds; n++) {
      rounds.push({
        first: await cost(bench, first, scale.roundMs),
        deep: await cost(bench, deep, scale.roundMs),
      })
    }
    return [
      {
        measure: `page ${scale.page} of a cursor list, against page 1`,
        value: median(rounds.map(({ deep }) => deep)) * 1e6,
        unit: 'µs',
        ratio: median(rounds.map(({ first, deep }) => deep / first)),
        aim: 1.2,
        detail: `page 1: ${(median(rounds.map(({ first }) => first)) * 1e6).toFixed(0)} µs`,
      },
    ]
  },
}

/** Follows the links: by 200 documents at a time as far as they go, which is as good as by 20. */
async function pathOfPage(bench: Bench, page: number): Promise<string> {
  let skip = (page - 1) * PAGE_SIZE
  let path = '/documents?'
  while (skip > 0) {
    const limit = Math.min(200, skip)
    const { headers } = await ask(bench.pool, { method: 'GET', path: withLimit(path, limit) }, 200)
    const next = nextPath(headers['link'])
    if (next === undefined) throw new Error(`the list ended before page ${page}`)
    path = next
    skip -= limit
  }
  return withLimit(path, PAGE_SIZE)
}

function withLimit(path: string, limit: number): string {
  const [name, query] = path.split('?')
  const parameters = new URLSearchParams(query)
  parameters.set('limit', String(limit))
  return `${name}?${parameters.toString()}`
}

/** CPU of one request, in seconds. */
async function cost({ service, pool }: Bench, request: BenchRequest, forMs: number): Promise<number> {
  const before = await readCpu(service, pool)
  const requests = await load(pool, { next: () => request, status: 200, forMs })
  const after = await readCpu(service, pool)
  return (after.node - before.node + (after.postgres ?? 0) - (before.postgres ?? 0)) / requests
}
