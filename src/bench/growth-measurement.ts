import { setTimeout as delay } from 'node:timers/promises'
import { type Cpu, cpuSince, totalOf } from '../testing/cpu.ts'
import { type Filled, fill } from './growth-documents.ts'
import { type GrowthRequest, growthRequests } from './growth-requests.ts'
import { ask } from './load.ts'
import type { Measurement, Row, Scale, SharedBench } from './measurement.ts'
import { median, percentile } from './table.ts'

/** No request needs more CPU than this, however many documents there are; in milliseconds. */
const LIMIT_MS = 50
/** Of CPU time, between a service with few documents and one with many, unless the kind says why it grows. */
const AIM = 1.5
/** The smallest CPU time that can be read, and that which is compared, in seconds. */
const CLOCK_TICK = 0.01
const COMPARED_CPU = 20 * CLOCK_TICK

/** A service whose only documents are those of this measurement. */
export interface GrowthService extends Filled {
  /** of all that works for the service */
  cpu(): Promise<Cpu>
  stop(): Promise<void>
}

export interface GrowthOptions {
  open(scale: Scale): Promise<GrowthService>
  /** the documents of the service with many at most */
  most?: number
  /** kinds of request that cost more the more documents there are, and how far */
  growing: Readonly<Record<string, string>>
}

/** What a request costs with many documents, against the same request with few. */
export const growth = ({ open, most = Infinity, growing }: GrowthOptions): Measurement<SharedBench> => ({
  name: 'growth',
  async run({ scale }) {
    const counts = { few: scale.few, many: Math.min(scale.many, most) }
    const services: GrowthService[] = []
    try {
      for (const count of Object.values(counts)) {
        const service = await open(scale)
        services.push(service)
        await fill(service, count)
      }
      const idle: Spent[] = []
      for (const service of services) idle.push(await spentOn(service, () => delay(scale.idleMs)))
      const [few, many] = (await Promise.all(services.map(({ pool }) => growthRequests(pool)))) as [
        GrowthRequest[],
        GrowthRequest[],
      ]
      const rows: Row[] = []
      for (const [place, request] of few.entries()) {
        const contenders = services.map((service, n) => ({
          service,
          request: n === 0 ? request : many[place]!,
          idle: idle[n]!,
        }))
        const costs = await measureInTurns(contenders, scale)
        rows.push(rowOf(request.name, counts, costs, growing[request.name]))
      }
      return rows
    } finally {
      await Promise.all(services.map((service) => service.stop()))
    }
  },
})

/** Seconds. */
interface Spent {
  cpu: Cpu
  elapsed: number
}

async function spentOn({ cpu }: GrowthService, work: () => Promise<unknown>): Promise<Spent> {
  const [before, begun] = [await cpu(), performance.now()]
  await work()
  return { cpu: cpuSince(before, await cpu()), elapsed: (performance.now() - begun) / 1_000 }
}

interface Contender {
  service: GrowthService
  request: GrowthRequest
  /** without requests */
  idle: Spent
}

/** Milliseconds for each request. */
interface Cost {
  cpu: number
  /** of `cpu`, that of PostgreSQL */
  database: number
  latencies: number[]
}

/**
 * Rounds of `asked` requests to each, one after the other, until both have needed enough CPU to be compared. The CPU that a
 * service uses without requests is subtracted.
 */
async function measureInTurns(contenders: Contender[], { asked, askedRounds }: Scale): Promise<Cost[]> {
  const all = contenders.map(() => ({ seconds: 0, database: 0, latencies: [] as number[] }))
  for (const { service, request } of contenders) await ask(service.pool, request.next(), request.status)
  for (let round = 0; round < askedRounds; round++) {
    for (const [place, { service, request, idle }] of contenders.entries()) {
      const total = all[place]!
      const spent = await spentOn(service, async () => {
        for (let n = 0; n < asked; n++) {
          const begun = performance.now()
          await ask(service.pool, request.next(), request.status)
          total.latencies.push(performance.now() - begun)
        }
      })
      const share = spent.elapsed / idle.elapsed
      const database = ({ cpu }: Spent): number => cpu.get('PostgreSQL') ?? 0
      total.seconds += totalOf(spent.cpu) - totalOf(idle.cpu) * share
      total.database += database(spent) - database(idle) * share
    }
    if (all.every(({ seconds }) => seconds >= COMPARED_CPU)) break
  }
  return all.map(({ seconds, database, latencies }) => ({
    cpu: (Math.max(seconds, CLOCK_TICK) * 1_000) / latencies.length,
    database: (Math.max(database, 0) * 1_000) / latencies.length,
    latencies,
  }))
}

function rowOf(
  name: string,
  counts: { few: number; many: number },
  costs: Cost[],
  grows: string | undefined,
): Row {
  const [few, many] = costs as [Cost, Cost]
  const latency = ({ latencies }: Cost): string =>
    `p50 ${median(latencies).toFixed(1)}, p99 ${percentile(latencies, 0.99).toFixed(1)} ms`
  const tooMuch = many.cpu > LIMIT_MS ? `more than ${LIMIT_MS} ms; ` : ''
  return {
    measure: `${name}, of ${counts.many} documents`,
    value: many.cpu,
    unit: 'ms',
    ratio: many.cpu / few.cpu,
    ...(grows === undefined && { aim: AIM }),
    detail:
      `${tooMuch}${latency(many)}, PostgreSQL ${many.database.toFixed(2)} ms; ` +
      `of ${counts.few}: ${few.cpu.toFixed(2)} ms, ${latency(few)}${grows === undefined ? '' : `; ${grows}`}`,
  }
}
