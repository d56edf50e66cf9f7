/** What each operation computes, in which role and in which server, until everything that follows from it is done. */
import { setTimeout as delay } from 'node:timers/promises'
import { ROLES } from '../../../config/roles.ts'
import { createRandom } from '../../../runtime/seeded-random.ts'
import { signatureImage } from '../../../commands/seed/signature-image.ts'
import { type BenchRequest, load, withJson } from '../../load.ts'
import type { Row } from '../../measurement.ts'
import { newDocument, prose } from '../../texts.ts'
import { cpuOf, serverCpu } from '../process-cpu.ts'
import type { StackBench, StackMeasurement } from '../stack-bench.ts'

const LIMIT_MS = 60_000
/** For what the processes compute without any load, which is not counted. */
const MIN_REST_MS = 500
/** Microseconds below which a part is not worth a word. */
const NEGLIGIBLE = 5

export const costs: StackMeasurement = {
  name: 'costs',
  async run(bench) {
    const { operations } = bench.scale
    const image = signatureImage(createRandom(1))
    const ids = await bench.newDocuments(operations)
    await bench.settled()
    let [signed, read, searched] = [0, 0, 0]
    const sign = (): BenchRequest => {
      const signer = { signer_email: 'bob@example.com', signer_name: 'Bob' }
      return withJson('POST', '/signatures', { document_id: ids[signed++], ...signer, signature_data: image })
    }
    const create = (): BenchRequest => withJson('POST', '/documents', newDocument(prose(1_024)))
    const get = (): BenchRequest => ({ method: 'GET', path: `/documents/${ids[read++ % 64]}` })
    const search = (): BenchRequest => ({
      method: 'GET',
      path: `/search?q=agreement+${1 + (searched++ % 999)}`,
    })
    const rename = (n: number) => bench.rows.rename(ids[n % ids.length]!, `Renewal ${n}`)
    const background = await spentOn(bench, () => delay(Math.max(MIN_REST_MS, bench.scale.restMs)))
    const cost = (measure: string, work: Work): Promise<Row> => costOf(bench, background, measure, work)
    return [
      await cost('POST a document of 1 KB', send(bench, 'document', create, 201)),
      await cost('POST a signature with its image', send(bench, 'signature', sign, 201)),
      await cost('GET a cached document', send(bench, 'document', get, 200)),
      await cost('GET a search', send(bench, 'search', search, 200)),
      await cost('a change of a title, sent and indexed', async (count) => {
        for (let n = 0; n < count; n++) await rename(n)
      }),
    ]
  },
}

type Work = (count: number) => Promise<void>

const send =
  (
    bench: StackBench,
    role: 'document' | 'signature' | 'search',
    request: () => BenchRequest,
    status: number,
  ): Work =>
  async (count) => {
    let missing = count
    const next = () => (missing-- > 0 ? request() : undefined)
    await load(bench.role(role).pool, { next, status, forMs: LIMIT_MS })
  }

async function costOf(bench: StackBench, background: Spent, measure: string, work: Work): Promise<Row> {
  const { operations } = bench.scale
  await bench.settled()
  const spent = await spentOn(bench, async () => {
    await work(operations)
    await bench.settled()
  })
  const parts = (which: 'roles' | 'servers'): [string, number][] =>
    [...spent[which]].map(([name, cpu]) => {
      const anyway = ((background[which].get(name) ?? 0) / background.seconds) * spent.seconds
      return [name, (Math.max(0, cpu - anyway) / operations) * 1e6]
    })
  const list = (all: [string, number][]): string =>
    all
      .filter(([, micros]) => micros >= NEGLIGIBLE)
      .map(([name, micros]) => `${name} ${micros.toFixed(0)}`)
      .join(', ')
  const [roles, servers] = [parts('roles'), parts('servers')]
  return {
    measure: `CPU of the roles: ${measure}`,
    value: roles.reduce((sum, [, micros]) => sum + micros, 0),
    unit: 'µs',
    detail: `${list(roles)}; beside them ${list(servers)}`,
  }
}

/** Seconds of CPU, by role and by server. */
interface Spent {
  roles: Map<string, number>
  servers: Map<string, number>
  /** that have passed */
  seconds: number
}

async function spentOn(bench: StackBench, work: () => Promise<unknown>): Promise<Spent> {
  const read = async (): Promise<Spent> => {
    const roles = new Map<string, number>()
    for (const role of ROLES) roles.set(role, await cpuOf(bench.role(role).pid))
    return { roles, servers: await serverCpu(), seconds: performance.now() / 1_000 }
  }
  const before = await read()
  await work()
  const after = await read()
  const since = (later: Map<string, number>, earlier: Map<string, number>): Map<string, number> =>
    new Map([...later].map(([name, cpu]) => [name, cpu - (earlier.get(name) ?? 0)]))
  return {
    roles: since(after.roles, before.roles),
    servers: since(after.servers, before.servers),
    seconds: after.seconds - before.seconds,
  }
}
