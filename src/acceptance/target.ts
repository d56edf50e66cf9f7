/**
 * What the acceptance suite runs against: the services whose URLs are in ACCEPTANCE_URLS (JSON with the keys of
 * ServiceUrls), or else a docmgr of its own on the embedded default. The suite knows nothing but these URLs.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ServiceUrls, startServiceProcess } from '../testing/service-process.ts'

export interface Target {
  urls: ServiceUrls
  stop(): Promise<void>
}

export async function openTarget(): Promise<Target> {
  const given = process.env['ACCEPTANCE_URLS']
  if (given !== undefined) return { urls: JSON.parse(given), stop: async () => {} }
  const data = await mkdtemp(join(tmpdir(), 'docmgr-acceptance-'))
  const service = await startServiceProcess(data)
  return {
    urls: service.urls,
    async stop() {
      await service.stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}
