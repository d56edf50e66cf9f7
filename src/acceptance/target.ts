/**
 * What the acceptance suite runs against: the services whose URLs are in ACCEPTANCE_URLS (JSON with the keys of
 * ServiceUrls); with ACCEPTANCE_TARGET=topology separate processes behind the gateway; or else a docmgr of its own on the
 * embedded default. The suite knows only these URLs.
 */
import { rm } from 'node:fs/promises'
import { newDataFolder } from '../testing/postgres.ts'
import { type ServiceUrls, startServiceProcess } from '../testing/service-process.ts'
import { TEST_FILE } from '../testing/test-file.ts'

export interface Target {
  urls: ServiceUrls
  /** where each role answers itself, without a gateway: health, metrics */
  roleUrls: string[]
  stop(): Promise<void>
}

/** It stops with the test file. */
export async function useTarget(): Promise<Target> {
  const target = await openTarget()
  TEST_FILE.after(() => target.stop())
  return target
}

async function openTarget(): Promise<Target> {
  if (process.env['ACCEPTANCE_TARGET'] === 'topology') {
    const { joinTopology } = await import('./target-distributed.ts')
    return joinTopology()
  }
  const given = process.env['ACCEPTANCE_URLS']
  if (given !== undefined) {
    const urls = JSON.parse(given) as ServiceUrls
    return { urls, roleUrls: roleUrlsOf(urls), stop: async () => {} }
  }
  const data = await newDataFolder()
  const service = await startServiceProcess(data)
  return {
    urls: service.urls,
    roleUrls: roleUrlsOf(service.urls),
    async stop() {
      await service.stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}

const roleUrlsOf = ({ document, signature, search, ws }: ServiceUrls): string[] => [
  document,
  signature,
  search,
  ws,
]
