import { cpuOf, cpuSince, totalOf } from '../testing/cpu.ts'
import { fill } from './growth-documents.ts'
import { type GrowthRequest, growthRequests } from './growth-requests.ts'
import { ask } from './load.ts'
import type { Measurement, Row, Scale, SharedBench } from './measurement.ts'
import { type Bench, openBench } from './open-bench.ts'
import { median, percentile } from './table.ts'

/** No request needs more CPU than this, however many documents there are; in milliseconds. */
const LIMIT_MS = 50
/** Of CPU time, between a service with few documents and one with many, unless the kind says why it grows. */
const AIM = 1.5
/** The smallest CPU time that can be read, and that which is compared, in seconds. */
const CLOCK_TICK = 0.01
const COMPARED_CPU = 20 * CLOCK_TICK

/** What a request costs with many documents, against the same request with few. */
export const growth: Measurement<SharedBench> = {
  name: 'growth',
  async run({ scale }) {
    const services: Bench[] = []
    try {
      for (const count of [scale.few, scale.many]) {
        const service = await openBench(scale)
        services.push(service)
        await fill(service, count)
      }
      const [few, many] = (await Promise.all(services.map(growthRequests))) as [
        GrowthRequest[],
        GrowthRequest[],
      ]
      const rows: Row[] = []
      for (const [place, request] of few.entries()) {
        const contenders = [request, many[place]!].map((one, n) => ({ service: services[n]!, request: one }))
        rows.push(rowOf(request, scale, await measureInTurns(contenders, scale)))
      }
      return rows
    } finally {
      await Promise.all(services.map((service) => service.stop()))
    }
  },
}

interface Contender {
  service: Bench
  request: GrowthRequest
}

/** Milliseconds for each request. */
interface Spent {
  cpu: number
  /** of `cpu`, that of PostgreSQL */
  database: number
  latencies: number[]
}

/** Rounds of `asked` requests to each, one after the other, until both have needed enough CPU to be compared. */
async function measureInTurns(contenders: Contender[], { asked, askedRounds }: Scale): Promise<Spent[]> {
  const all = contenders.map(() => ({ seconds: 0, database: 0, latencies: [] as number[] }))
  for (const { service, request } of contenders) await ask(service.pool, request.next(), request.status)
  for (let round = 0; round < askedRounds; round++) {
    for (const [place, { service, request }] of contenders.entries()) {
      const spent = all[place]!
      const before = await cpuOf(service.service.pid)
      for (let n = 0; n < asked; n++) {
        const begun = performance.now()
        await ask(service.pool, request.next(), request.status)
        spent.latencies.push(performance.now() - begun)
      }
      const used = cpuSince(before, await cpuOf(service.service.pid))
      spent.seconds += totalOf(used)
      spent.database += used.get('PostgreSQL') ?? 0
    }
    if (all.every(({ seconds }) => seconds >= COMPARED_CPU)) break
  }
  return all.map(({ seconds, database, latencies }) => ({
    cpu: (Math.max(seconds, CLOCK_TICK) * 1_000) / latencies.length,
    database: (database * 1_000) / latencies.length,
    latencies,
  }))
}

function rowOf({ name, grows }: GrowthRequest, scale: Scale, spent: Spent[]): Row {
  const [few, many] = spent as [Spent, Spent]
  const latency = ({ latencies }: Spent): string =>
    `p50 ${median(latencies).toFixed(1)}, p99 ${percentile(latencies, 0.99).toFixed(1)} ms`
  const tooMuch = many.cpu > LIMIT_MS ? `more than ${LIMIT_MS} ms; ` : ''
  return {
    measure: `${name}, of ${scale.many} documents`,
    value: many.cpu,
    unit: 'ms',
    ratio: many.cpu / few.cpu,
    ...(grows === undefined && { aim: AIM }),
    detail:
      `${tooMuch}${latency(many)}, PostgreSQL ${many.database.toFixed(2)} ms; ` +
      `of ${scale.few}: ${few.cpu.toFixed(2)} ms, ${latency(few)}${grows === undefined ? '' : `; ${grows}`}`,
  }
}
