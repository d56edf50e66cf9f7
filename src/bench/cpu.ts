import type { Pool } from 'undici'
import { readMetric } from './metrics.ts'
import { readTree } from './process-files.ts'

/** Seconds that were computed so far. */
export interface Cpu {
  /** docmgr: its process and those that extract text */
  node: number
  /** of PostgreSQL's processes; undefined where the system does not tell (it is Linux that does) */
  postgres: number | undefined
}

export async function readCpu(service: { pid: number }, pool: Pool): Promise<Cpu> {
  const tree = await readTree(service.pid)
  if (tree.length === 0)
    return { node: (await readMetric(pool, 'process_cpu_seconds_total'))!, postgres: undefined }
  const sum = (isPostgres: boolean): number =>
    tree
      .filter(({ name }) => name.startsWith('postgres') === isPostgres)
      .reduce((total, { cpu }) => total + cpu, 0)
  return { node: sum(false), postgres: sum(true) }
}
