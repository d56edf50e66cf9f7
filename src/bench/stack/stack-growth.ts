import { cpuOf, cpuOfServers, totalOf } from '../../testing/cpu.ts'
import { growth } from '../growth-measurement.ts'
import { openPool } from '../load.ts'
import { ROLES } from '../../config/roles.ts'
import { openStackBench } from './open-stack-bench.ts'

/** Of a process for each role and all servers, on Elasticsearch. */
export const stackGrowth = growth({
  most: 200_000,
  growing: {},
  async open(scale) {
    const bench = await openStackBench(scale)
    const { topology, elasticsearch } = bench
    const pool = openPool(topology.urls.http)
    return {
      pool,
      database: { connectionString: topology.names.directUrl },
      async isIndexed(count) {
        const path = `/${topology.names.index}/_count`
        return (await elasticsearch.call<{ count: number }>('GET', path)).count >= count
      },
      async cpu() {
        const roles = await Promise.all(ROLES.map((role) => cpuOf(bench.role(role).pid)))
        return new Map([
          ...(await cpuOfServers()),
          ['node', roles.reduce((sum, cpu) => sum + totalOf(cpu), 0)],
        ])
      },
      stop: () => pool.close().finally(() => bench.stop()),
    }
  },
})
