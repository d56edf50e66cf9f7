import { z } from 'zod'
import type { Metrics } from '../runtime/metrics.ts'
import { within } from '../runtime/within.ts'
import { defineEndpoint, type Endpoint, type Input } from './endpoint.ts'
import type { ScrapeAccess } from './scrape-access.ts'

/**
 * Checks of readiness by name: each resolves while its part works, and rejects with the reason otherwise. It may resolve
 * with a remark, a sentence that an operator should see although the process can serve.
 */
export type HealthChecks = Record<string, () => Promise<string | undefined | void>>

export interface Health {
  /** Readiness fails from now on; called before the listeners close. */
  drain(): void
  endpoints: Endpoint[]
}

/** Probes and scrapers always get through. */
const PROBE = { policy: 'public', unlimited: true } as const
const CHECK_LIMIT_MS = 2_000

const texts = z.record(z.string(), z.string()).optional()
const report = z.object({
  status: z.string(),
  checks: texts.describe('ok, or why the part does not work'),
  remarks: texts.describe('what an operator should look at although the process can serve'),
})

/**
 * Readiness: whether this process can serve. Liveness: whether its event loop runs.
 * @param access to metrics and the details of readiness; undefined: everyone has it
 */
export function createHealth(checks: HealthChecks, metrics: Metrics, access?: ScrapeAccess): Health {
  let draining = false

  const ready = async ({ headers }: Pick<Input, 'headers'>): Promise<{ status: number; json: object }> => {
    const remarks: Record<string, string> = {}
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        const problem = await within(CHECK_LIMIT_MS, check()).then(
          (remark) => {
            if (typeof remark === 'string') remarks[name] = remark
          },
          (error: Error) => error.message,
        )
        return [name, problem ?? 'ok'] as const
      }),
    )
    const isReady = !draining && results.every(([, result]) => result === 'ok')
    const status = draining ? 'stopping' : isReady ? 'ready' : 'not ready'
    const code = isReady ? 200 : 503
    if (access && !(await access.has(headers))) return { status: code, json: { status } }
    const json = { status, checks: Object.fromEntries(results) }
    const hasRemarks = Object.keys(remarks).length > 0
    return { status: code, json: { ...json, ...(hasRemarks && { remarks }) } }
  }

  return {
    drain: () => void (draining = true),
    endpoints: [
      defineEndpoint({
        method: 'GET',
        path: '/health/live',
        operationId: 'getLiveness',
        summary: 'Whether the process runs',
        ...PROBE,
        responses: { 200: { description: 'alive', schema: report } },
        handle: async () => ({ status: 200, json: { status: 'alive' } }),
      }),
      defineEndpoint({
        method: 'GET',
        path: '/health/ready',
        operationId: 'getReadiness',
        summary: 'Whether the process can serve, and which checks fail',
        description:
          'Where auth.scrapeToken is set, only who has it, and administrators, learn more than the status.',
        ...PROBE,
        responses: {
          200: { description: 'ready', schema: report },
          503: { description: 'not ready', schema: report },
        },
        handle: ready,
      }),
      defineEndpoint({
        method: 'GET',
        path: '/metrics',
        operationId: 'getMetrics',
        summary: "Metrics in Prometheus' text format",
        ...PROBE,
        ...(access && { policy: 'operator', authenticates: 'itself' }),
        responses: { 200: { description: 'metrics', contentTypes: { 'text/plain': z.string() } } },
        handle: async ({ headers: sent }) => {
          await access?.require(sent)
          const text = await metrics.registry.metrics()
          const headers = { 'content-type': metrics.registry.contentType }
          return { status: 200, headers, text }
        },
      }),
    ],
  }
}
