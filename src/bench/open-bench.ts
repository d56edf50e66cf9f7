import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'undici'
import { type ServiceProcess, startServiceProcess } from '../testing/service-process.ts'
import { documentMaker, openPool, readMetric, until } from './load.ts'
import type { Scale, SharedBench } from './measurement.ts'

/** Rarely enough that polling does not count as docmgr's work. */
const SETTLE_POLL_MS = 100

/** One service on a folder of its own. */
export interface Bench extends SharedBench {
  service: ServiceProcess
  /** to the port with all routes */
  pool: Pool
}

/** Starts the service that is measured. @param env settings beside its roles */
export async function openBench(
  scale: Scale,
  roles = 'all',
  env: Record<string, string> = {},
): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-bench-'))
  const remove = (): Promise<void> =>
    rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  const service = await startServiceProcess(join(folder, 'data'), { DOCMGR_ROLES: roles, ...env }).catch(
    async (error: unknown) => {
      await remove()
      throw error
    },
  )
  const pool = openPool(service.urls.http)
  return {
    scale,
    service,
    pool,
    folder,
    ...documentMaker(pool),
    settled: () =>
      until('changes to be delivered', SETTLE_POLL_MS, async () => {
        return (await readMetric(pool, 'docmgr_changes_lag_bytes')) === 0
      }),
    async stop() {
      await pool.close()
      await service.stop().finally(remove)
    },
  }
}
