import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startServiceProcess } from '../testing/service-process.ts'
import { ask, load, openPool, withJson } from './load.ts'
import type { Bench } from './measurement.ts'
import { readMetric } from './metrics.ts'
import type { Scale } from './scale.ts'
import { newDocument } from './texts.ts'

const SETTLE_LIMIT_MS = 120_000
/** Seldom enough for the asking not to count as docmgr's work. */
const SETTLE_POLL_MS = 100
const MAKE_LIMIT_MS = 120_000

/** Starts the service that is measured, on an empty folder; with all roles, unless others are named. */
export async function openBench(scale: Scale, roles = 'all'): Promise<Bench & { stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-bench-'))
  const remove = (): Promise<void> =>
    rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  const service = await startServiceProcess(join(folder, 'data'), { DOCMGR_ROLES: roles }).catch(
    async (error: unknown) => {
      await remove()
      throw error
    },
  )
  const pool = openPool(service.urls.http)

  const newDocuments = async (count: number): Promise<string[]> => {
    const ids: string[] = []
    let missing = count
    const next = () => (missing-- > 0 ? withJson('POST', '/documents', newDocument()) : undefined)
    const onAnswer = (body: string): void => void ids.push((JSON.parse(body) as { id: string }).id)
    await load(pool, { next, status: 201, forMs: MAKE_LIMIT_MS, onAnswer })
    return ids
  }

  return {
    scale,
    service,
    pool,
    folder,
    newDocuments,
    async documents(count) {
      const ids = await listIds(pool, count)
      return [...ids, ...(await newDocuments(count - ids.length))]
    },
    async settled() {
      const end = performance.now() + SETTLE_LIMIT_MS
      while (((await readMetric(pool, 'docmgr_changes_lag_bytes')) ?? 0) > 0) {
        if (performance.now() > end)
          throw new Error(`changes were not delivered within ${SETTLE_LIMIT_MS} ms`)
        await delay(SETTLE_POLL_MS)
      }
    },
    async stop() {
      await pool.close()
      await service.stop().finally(remove)
    },
  }
}

async function listIds(pool: Bench['pool'], count: number): Promise<string[]> {
  const ids: string[] = []
  let path: string | undefined = '/documents?limit=200'
  while (path !== undefined && ids.length < count) {
    const { headers, body } = await ask(pool, { method: 'GET', path }, 200)
    ids.push(...(JSON.parse(body) as { id: string }[]).map(({ id }) => id))
    path = nextPath(headers['link'])
  }
  return ids.slice(0, count)
}

/** The target of `Link: <…>; rel="next"` (RFC 8288). */
function nextPath(link: string | undefined): string | undefined {
  return /<([^>]*)>; rel="next"/.exec(link ?? '')?.[1]
}
