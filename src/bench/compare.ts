import { type Answer, ask, type BenchRequest, load } from './load.ts'
import type { Row } from './measurement.ts'
import type { Bench } from './open-bench.ts'
import { measureRatio } from './ratio.ts'

export interface Load {
  status?: number
  prepare?: () => Promise<void>
  next: () => BenchRequest | undefined
  /** Waits for what the requests cause in the background; its CPU time counts. */
  settle?: () => Promise<void>
}

export interface Goal {
  measure: string
  aim?: number
}

/** Headers that node:http sets itself. */
const OWN_HEADERS = ['date', 'connection', 'keep-alive']

/** CPU time of a request, as a multiple of what a bare node:http server needs to return the same bytes. */
export async function compare(
  { scale, service, pool }: Bench,
  { measure, aim, status = 200, prepare, next, settle }: Goal & Load,
): Promise<Row> {
  await prepare?.()
  const sample = next()!
  const answer: Answer = await ask(pool, sample, status)
  for (const name of OWN_HEADERS) delete answer.headers[name]
  return measureRatio(scale, {
    measure,
    as: 'cost',
    bound: aim,
    docmgr: {
      pid: service.pid,
      prepare,
      async work(forMs) {
        const done = await load(pool, forMs, { next, status })
        await settle?.()
        return done
      },
    },
    baseline: {
      name: 'http',
      options: answer,
      named: 'bare node:http',
      load: (bare) => (forMs) => load(bare.pool, forMs, { next: () => sample, status }),
    },
  })
}
