import { setTimeout as delay } from 'node:timers/promises'
import { ROLES } from '../../config/roles.ts'
import { type Cpu, cpuOf, cpuOfServers, cpuSince, totalOf } from '../../testing/cpu.ts'
import { type BenchRequest, get, loadCount, withJson } from '../load.ts'
import type { Measurement, Row } from '../measurement.ts'
import { newDocument, prose, signatureOf } from '../texts.ts'
import type { StackBench } from './open-stack-bench.ts'

const READ = 64
/** Microseconds below which a part is left out. */
const NEGLIGIBLE = 5

/** CPU time of each operation, by role and by server, until everything that follows from it is done. */
export const costs: Measurement<StackBench> = {
  name: 'costs',
  async run(bench) {
    const { operations, idleMs } = bench.scale
    const ids = await bench.newDocuments(operations)
    await bench.settled()
    const idle = await spentOn(bench, () => delay(idleMs))
    let n = 0
    const send =
      (role: 'document' | 'signature' | 'search', next: () => BenchRequest, status = 200) =>
      () =>
        loadCount(bench.role(role).pool, operations, { next, status })
    const works: Record<string, () => Promise<void>> = {
      'POST a document of 1 KB': send(
        'document',
        () => withJson('POST', '/documents', newDocument(prose(1_024))),
        201,
      ),
      'POST a signature with its image': send(
        'signature',
        () => withJson('POST', '/signatures', signatureOf(ids[n++]!)),
        201,
      ),
      'GET a cached document': send('document', () =>
        get(`/documents/${ids[n++ % Math.min(READ, operations)]}`),
      ),
      'GET a search': send('search', () => get(`/search?q=agreement+${1 + (n++ % 999)}`)),
      'a change of a title, sent and indexed': async () => {
        for (const id of ids) await bench.rows.rename(id, `Renewal ${n++}`)
      },
    }
    const rows: Row[] = []
    for (const [measure, work] of Object.entries(works)) {
      const spent = await spentOn(bench, () => work().then(bench.settled))
      const each = (name: string, cpu: number): number =>
        (Math.max(0, cpu - ((idle.cpu.get(name) ?? 0) * spent.seconds) / idle.seconds) / operations) * 1e6
      const parts: Cpu = new Map([...spent.cpu].map(([name, cpu]) => [name, each(name, cpu)]))
      const roles = new Map([...parts].filter(([name]) => (ROLES as readonly string[]).includes(name)))
      const detail = [...parts].flatMap(([name, cpu]) =>
        cpu < NEGLIGIBLE ? [] : `${name} ${cpu.toFixed(0)}`,
      )
      rows.push({
        measure: `CPU of the roles: ${measure}`,
        value: totalOf(roles),
        unit: 'µs',
        detail: detail.join(', '),
      })
    }
    return rows
  },
}

/** CPU time of each role and server while `work` runs. */
async function spentOn(
  bench: StackBench,
  work: () => Promise<unknown>,
): Promise<{ cpu: Cpu; seconds: number }> {
  const readAll = async (): Promise<Cpu> => {
    const roles = ROLES.map(async (role) => [role, totalOf(await cpuOf(bench.role(role).pid))] as const)
    return new Map([...(await Promise.all(roles)), ...(await cpuOfServers())])
  }
  const [before, begun] = [await readAll(), performance.now()]
  await work()
  return { cpu: cpuSince(before, await readAll()), seconds: (performance.now() - begun) / 1_000 }
}
