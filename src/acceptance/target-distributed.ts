import { ROLES } from './facts.ts'
import { startTopology, type Topology } from '../testing/topology.ts'

let shared: Promise<Topology> | undefined
let users = 0

/** The topology that the suites of this process share. It stops when the last suite has stopped it. */
export async function joinTopology() {
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
