import { ROLES } from './facts.ts'
import type { ServiceUrls } from '../testing/service-process.ts'
import { startTopology, type Topology } from '../testing/topology.ts'

let shared: Promise<Topology> | undefined
let users = 0

interface DistributedTarget {
  urls: ServiceUrls
  roleUrls: string[]
  output(): string
  stop(): Promise<void>
}

/** The topology that the suites of this process share. It stops when the last suite has stopped it. */
export async function joinTopology(): Promise<DistributedTarget> {
  users++
  shared ??= startTopology({ document: 1, signature: 2, search: 1, ws: 2, indexer: 2 })
  const { urls, instances, output, stop } = await shared
  return {
    urls,
    roleUrls: ROLES.flatMap((role) => instances(role).map(({ url }) => url)),
    output,
    stop: async () => (--users === 0 ? stop() : undefined),
  }
}
