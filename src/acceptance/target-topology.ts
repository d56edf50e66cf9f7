/** Makes the suites that are imported beside it run against separate processes behind the gateway. */
import { after, afterEach } from 'node:test'
import { ROLES } from '../config/roles.ts'
import { startTopology, type Topology } from '../testing/topology.ts'
import { useTarget } from './target.ts'

let starting: Promise<Topology> | undefined
let shown = false

/** The one that the suites of this process share. */
export function sharedTopology(): Promise<Topology> {
  starting ??= startTopology({ document: 1, signature: 2, search: 1, ws: 2, indexer: 2 })
  return starting
}

useTarget(async () => {
  const { urls, instances } = await sharedTopology()
  const roleUrls = ROLES.flatMap((role) => instances(role).map(({ url }) => url))
  return { urls, roleUrls, stop: async () => {} }
})

afterEach(async (t) => {
  if (shown || !('passed' in t) || t.passed) return
  // Once: later failures would repeat its lines.
  shown = true
  t.diagnostic(await sharedTopology().then(({ output }) => output(), String))
})

after(async () => {
  const topology = await starting?.catch(() => undefined)
  await topology?.stop()
})
