/**
 * Makes the suites that are imported after it run against separate processes behind the gateway, started before their
 * first test.
 */
import { after, afterEach, before } from 'node:test'
import { startTopology, type Topology } from '../testing/topology.ts'

let topology: Topology | undefined

/** What the suites run against; only while they run. */
export function runningTopology(): Topology {
  if (!topology) throw new Error('the topology is not started yet, or has ended')
  return topology
}

before(async () => {
  topology = await startTopology({ document: 1, signature: 2, search: 1, ws: 2, indexer: 2 })
  process.env['ACCEPTANCE_URLS'] = JSON.stringify(topology.urls)
  const roles = (['document', 'signature', 'search', 'ws', 'indexer'] as const).flatMap((role) =>
    topology!.instances(role).map(({ url }) => url),
  )
  process.env['ACCEPTANCE_ROLE_URLS'] = JSON.stringify(roles)
})
afterEach((t) => {
  // Only the first failure: later ones would repeat its lines.
  if ('passed' in t && !t.passed && !shown) t.diagnostic(topology?.output() ?? '')
  shown ||= 'passed' in t && !t.passed
})
after(() => topology?.stop())

let shown = false
