/**
 * The composition root: which modules a set of roles needs, and how they are connected. Only this file and the folder
 * app/ know both roles and adapters.
 */
import { composeListeners } from './app/listeners.ts'
import { createBase, type Overrides } from './app/base.ts'
import { createLoginLink, loginPageOf } from './app/login-link.ts'
import { composeRoles } from './app/roles.ts'
import { composePorts } from './app/ports.ts'
import type { Config } from './config/schema.ts'
import type { Logger } from './runtime/logger.ts'
import { defineModule, startGraph, startOrder } from './runtime/module.ts'
import { recordSpansTo } from './runtime/spans.ts'

export interface RunningService {
  /** URL of each listener; `http` has the routes of all roles, `grpc` is host:port */
  urls: Record<string, string>
  /** problems that the start found and repaired, as sentences for the operator */
  findings: string[]
  /** the data folder; undefined if all data is on servers */
  folder?: string
  /** Makes a link that logs in an administrator once; where the document role runs and people log in. */
  loginLink?: (email: string) => Promise<string>
  /** rejects when a module has failed permanently */
  failed: Promise<never>
  stop(): Promise<void>
}

export interface ServiceOptions {
  log: Logger
  onStarted?: (module: string, millis: number) => void
}

/** Starts the configured roles and everything they need. */
export async function startService(config: Config, options: ServiceOptions): Promise<RunningService> {
  const { log } = options
  const { base, ports, listeners: service } = composeService(config, log)
  const graph = await startGraph([...tracingOf(config, log), service], {
    stopLimitMs: config.shutdown.limit,
    ...(options.onStarted && { onStarted: options.onStarted }),
    onStopProblem: (module, error) => log.error({ module, err: error }, 'could not stop in time'),
  })
  const started = graph.value(service)
  const loginLink = (email: string): Promise<string> => {
    const { pool } = graph.value(ports.database)
    const person = { email, admin: true }
    return createLoginLink(
      {
        pool,
        newId: base.newId,
        page: loginPageOf(config, (started.urls as Record<string, string>)['http']),
      },
      person,
    )
  }
  const canLogIn = config.auth.mode === 'required' && base.has('document')
  return { ...started, ...(canLogIn && { loginLink }), failed: graph.failed, stop: graph.stop }
}

/** Started first and stopped last, so that nothing is missing; loaded only where it is configured. */
function tracingOf({ tracing: { url, service, ratio }, roles }: Config, log: Logger) {
  if (url === undefined) return []
  const tracing = defineModule('tracing', {}, async () => {
    const { exportSpans } = await import('./runtime/export-spans.ts')
    const sink = exportSpans({ url, service, roles, log: log.child({ module: 'tracing' }) })
    return { value: undefined, stop: recordSpansTo(sink, ratio) }
  })
  return [tracing]
}

/** The modules that this configuration starts, in order, with what each needs. */
export function moduleGraph(config: Config, log: Logger): { name: string; needs: string[] }[] {
  return startOrder([composeService(config, log).listeners]).map(({ name, needs }) => ({
    name,
    needs: Object.values(needs).map((need) => need.name),
  }))
}

/** The modules of a service; only what `listeners` needs is started. */
export function composeService(config: Config, log: Logger, overrides: Overrides = {}) {
  const base = createBase(config, log, overrides)
  const ports = composePorts(base)
  const roles = composeRoles(base, ports)
  return { base, ports, roles, listeners: composeListeners(base, ports, roles) }
}
