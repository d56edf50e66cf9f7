/** An update of a running system: every process is replaced under load, and no request fails. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ROLES } from '../facts.ts'
import { eventually } from '../../testing/deadline.ts'
import { startTopology, type Topology } from '../../testing/topology.ts'
import { prepareMix } from './mixed-requests.ts'
import { quantile, startLoad } from './open-loop.ts'

/** Requests a second. On a busy machine, fewer show the same faults. */
const PER_SECOND = Number(process.env['ROLLING_RESTART_RATE'] ?? 100)
/** The part of the rate that must be reached, unless the machine answers no more: else it would not be an update under load. */
const LEAST_RATE = 0.5
/** Milliseconds that a request is late where as many as can be are in flight all the time. */
const SATURATED_MS = 1_000
/** A call of the document role is answered however busy the machine is; it has 2 s otherwise. */
const ENV = { DOCMGR_DOCUMENTS_TIMEOUT: '15000' }
/** Requests that are answered before and after each replacement. */
const BETWEEN = PER_SECOND

test('a rolling restart of every role under many requests a second fails no request and loses no write', async (t) => {
  const counts = { document: 1, signature: 2, search: 1, ws: 2, indexer: 2 }
  const topology = await startTopology(counts, { env: ENV })
  try {
    await rollUnderLoad(t, topology)
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${topology.output()}`, { cause: error })
  } finally {
    await topology.stop()
  }
})

async function rollUnderLoad(t: TestContext, topology: Topology): Promise<void> {
  const base = topology.urls.http
  const mix = await prepareMix(base)
  const load = startLoad(base, PER_SECOND, mix.next)
  const begun = performance.now()
  const more = (count: number): Promise<boolean> => {
    const wanted = load.answered() + count
    return eventually(`${count} more answers`, () => load.answered() >= wanted, 30_000)
  }
  const steps: string[] = []
  const roll = async (): Promise<void> => {
    await more(BETWEEN)
    for (const role of ROLES) {
      for (const old of topology.instances(role)) {
        const from = performance.now()
        await topology.replace(old)
        steps.push(`${old.name} ${Math.round(from - begun)}–${Math.round(performance.now() - begun)}`)
        await more(BETWEEN)
      }
    }
  }
  const problem = await roll().catch((error: unknown) => error)
  const { requests, failures, latencies, latest, seconds } = await load.end()
  const ms = (part: number): string => `p${part * 100} ${quantile(latencies, part).toFixed(1)} ms`
  t.diagnostic(
    `${requests} requests in ${seconds.toFixed(1)} s (${(requests / seconds).toFixed(0)} a second): ` +
      `${[0.5, 0.9, 0.99].map(ms).join(', ')}, longest ${latencies.at(-1)!.toFixed(0)} ms; ` +
      `sent up to ${latest.toFixed(0)} ms after they were due`,
  )
  t.diagnostic(`replaced, in milliseconds: ${steps.join('; ')}`)
  assert.deepEqual(
    { problem, failures },
    { problem: undefined, failures: [] },
    `replacements: ${steps.join('; ')}`,
  )
  const rate = requests / seconds / PER_SECOND
  const isLoad = rate >= LEAST_RATE || latest > SATURATED_MS
  assert.ok(isLoad, `${(rate * 100).toFixed(0)} % of the rate were reached`)
  assert.deepEqual(await mix.missing(base), [])
  await eventually('the last title to be found', () => mix.isFound(base), 30_000)
}
