import { Client } from 'pg'
import { PUBLIC_FIELDS } from '../../../domain/document-fields.ts'
import { median } from '../../statistics.ts'
import { serverCpu } from '../process-cpu.ts'
import type { StackMeasurement } from '../stack-bench.ts'

const DIRECT = 20
const DOCUMENTS = 64
/** Connections that are made at the same time. */
const CONCURRENT_CONNECTS = 25
const CLIENT = 'this client'
const READERS = [CLIENT, 'PgBouncer', 'PostgreSQL']
/** The statement of a GET that finds nothing in the cache. */
const SELECT = `SELECT ${PUBLIC_FIELDS.join(', ')} FROM documents.documents WHERE id = $1 AND deleted_at IS NULL`

/** Many connections to PgBouncer that read rows by their ids, against a few to PostgreSQL itself. */
export const pooling: StackMeasurement = {
  name: 'pooling',
  async run(bench) {
    const { scale } = bench
    const { databaseUrl, directUrl } = bench.topology.names
    const ids = await bench.documents(DOCUMENTS)
    const opened: Client[] = []
    try {
      const direct = await connect(directUrl, DIRECT, opened)
      const pooled = await connect(databaseUrl, scale.connections, opened)
      const rounds: { direct: Load; pooled: Load }[] = []
      for (let n = -1; n < scale.rounds; n++) {
        const round = {
          direct: await read(direct, ids, scale.roundMs),
          pooled: await read(pooled, ids, scale.roundMs),
        }
        if (n >= 0) rounds.push(round)
      }
      const errors = rounds.reduce((sum, { direct, pooled }) => sum + direct.errors + pooled.errors, 0)
      if (errors > 0) throw new Error(`${errors} reads failed`)
      const slowest = Math.max(...rounds.map(({ pooled }) => pooled.slowestMs))
      return [
        {
          measure: `reads by id on ${scale.connections} connections to PgBouncer`,
          value: median(rounds.map(({ pooled }) => pooled.rate)),
          unit: '/s',
          ratio: median(rounds.map(({ direct, pooled }) => pooled.rate / direct.rate)),
          atLeast: 0.9,
          detail:
            `${DIRECT} direct connections: ${Math.round(median(rounds.map(({ direct }) => direct.rate))).toLocaleString('en')} /s; ` +
            `no errors, slowest ${slowest.toFixed(0)} ms; everything shares this machine's cores: a direct read computes ` +
            `${computing(rounds.map(({ direct }) => direct.cpu))}, one through PgBouncer ${computing(rounds.map(({ pooled }) => pooled.cpu))}`,
        },
      ]
    } finally {
      await Promise.all(opened.map((client) => client.end()))
    }
  },
}

interface Load {
  /** a second */
  rate: number
  errors: number
  slowestMs: number
  /** Microseconds that a read computes, by who computes them. */
  cpu: Map<string, number>
}

function computing(loads: readonly Map<string, number>[]): string {
  return READERS.flatMap((name) => {
    const micros = median(loads.map((load) => load.get(name) ?? 0))
    return micros >= 1 ? [`${name} ${micros.toFixed(0)} µs`] : []
  }).join(', ')
}

async function connect(url: string, count: number, opened: Client[]): Promise<Client[]> {
  const clients: Client[] = []
  while (clients.length < count) {
    const some = Array.from({ length: Math.min(CONCURRENT_CONNECTS, count - clients.length) }, () => {
      const client = new Client({ connectionString: url, application_name: 'docmgr bench' })
      client.on('error', () => {})
      return client
    })
    await Promise.all(some.map((client) => client.connect()))
    opened.push(...some)
    clients.push(...some)
  }
  return clients
}

/** Each connection reads one row after the other. */
async function read(clients: readonly Client[], ids: readonly string[], forMs: number): Promise<Load> {
  const [servers, own, begun] = [await serverCpu(), process.cpuUsage(), performance.now()]
  let [done, errors, slowestMs] = [0, 0, 0]
  const work = async (client: Client): Promise<void> => {
    for (let now = performance.now(); now - begun < forMs; now = performance.now()) {
      const { rowCount } = await client
        .query(SELECT, [ids[done++ % ids.length]])
        .catch(() => ({ rowCount: 0 }))
      if (rowCount !== 1) errors++
      slowestMs = Math.max(slowestMs, performance.now() - now)
    }
  }
  await Promise.all(clients.map(work))
  const rate = (done * 1_000) / (performance.now() - begun)
  const [{ user, system }, after] = [process.cpuUsage(own), await serverCpu()]
  const spent = (name: string): number => (after.get(name) ?? 0) - (servers.get(name) ?? 0)
  const cpu = new Map(READERS.map((name) => [name, (spent(name) * 1e6) / done]))
  return { rate, errors, slowestMs, cpu: cpu.set(CLIENT, (user + system) / done) }
}
