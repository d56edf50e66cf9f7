import { setTimeout as delay } from 'node:timers/promises'
import { createApp, type HttpOptions, type RawHandler } from './create-app.ts'
import type { EndpointGroup } from './endpoint.ts'
import { createConsole } from './console.ts'
import { docsEndpoints } from './docs.ts'
import { createHealth, type Health, type HealthChecks } from './health.ts'
import { type HttpListener, listen, type Upgrade } from './listen.ts'
import { openApiEndpoint } from './openapi.ts'
import { createScrapeAccess } from './scrape-access.ts'
import type { Metrics } from '../runtime/metrics.ts'

/** What one role serves over HTTP. */
export interface RoleServer extends EndpointGroup {
  /** checks of the role's readiness */
  checks: HealthChecks
  /** handles requests that are not REST, before their body is read */
  raw?: RawHandler
  /** handles WebSocket upgrades */
  upgrade?: Upgrade
  /** ends long-lived connections, before the listeners close */
  drain?: () => Promise<void>
}

export interface ServeOptions {
  host: string
  /** `http` serves all roles, the others one each; 0: any free port, `off`: none */
  ports: Record<string, number | 'off'>
  http: Omit<HttpOptions, 'raw' | 'notFoundPage'>
  metrics: Metrics
  version: string
  /** what metrics and the details of readiness need; undefined: nothing */
  scrapeToken: string | undefined
  /** milliseconds from failing readiness to closing the listeners, for load balancers to react */
  drainMs: number
  /** maximum milliseconds for requests in flight after that */
  closeMs: number
}

export interface ServedRoles {
  urls: Record<string, string>
  stop(): Promise<void>
}

/** Opens a port with the routes of all `roles`, and one for each role with its routes. */
export async function serveRoles(roles: readonly RoleServer[], options: ServeOptions): Promise<ServedRoles> {
  const servers: [name: string, roles: readonly RoleServer[]][] = [
    ['http', roles],
    ...roles.map((role): [string, RoleServer[]] => [role.name, [role]]),
  ]
  const opened: { name: string; health: Health; listener: HttpListener }[] = []

  const close = async (): Promise<void> => {
    await Promise.all(roles.map(async (role) => role.drain?.()))
    await Promise.all(opened.map(({ listener }) => listener.close(options.closeMs)))
  }

  try {
    for (const [name, served] of servers) {
      const port = options.ports[name]
      if (port === undefined || port === 'off') continue
      opened.push({ name, ...(await openServer(name, port, served, options)) })
    }
  } catch (error) {
    await close()
    throw error
  }

  options.metrics.gauge('docmgr_http_connections', 'Open connections, by port', ['port'], (gauge) => {
    for (const { name, listener } of opened) gauge.set({ port: name }, listener.connections())
  })
  return {
    urls: Object.fromEntries(opened.map(({ name, listener }) => [name, listener.url])),
    async stop() {
      for (const { health, listener } of opened) {
        health.drain()
        listener.drain()
      }
      await delay(options.drainMs)
      await close()
    },
  }
}

async function openServer(
  name: string,
  port: number,
  roles: readonly RoleServer[],
  options: ServeOptions,
): Promise<{ health: Health; listener: HttpListener }> {
  const access = createScrapeAccess(options.scrapeToken, options.http.authenticator)
  const checks = Object.assign({}, ...roles.map((role) => role.checks)) as HealthChecks
  const health = createHealth(checks, options.metrics, access)
  const operations = {
    name: 'operations',
    description: 'Health, metrics, and this description',
    endpoints: [...health.endpoints, ...docsEndpoints()],
  }
  const { endpoints, notFound: notFoundPage } = createConsole()
  const pages = { name: 'console', description: 'Pages for people', endpoints }
  const groups = [...roles.filter(({ endpoints }) => endpoints.length > 0), operations, pages]
  const { version, http } = options
  const openApi = openApiEndpoint({ groups, version, mode: http.authenticator.mode })
  const app = createApp([...groups.flatMap(({ endpoints }) => endpoints), openApi], {
    ...options.http,
    notFoundPage,
    raw: {
      accepts: (request) => roles.some((role) => role.raw?.accepts(request)),
      handle: (request, response) =>
        roles.find((role) => role.raw?.accepts(request))?.raw!.handle(request, response),
    },
  })
  const listener = await listen({
    setting: `listen.${name}`,
    host: options.host,
    port,
    handler: app.callback(),
    upgrade: {
      accepts: (request) => roles.some((role) => role.upgrade?.accepts(request)),
      handle: (request, socket, head) =>
        roles.find((role) => role.upgrade?.accepts(request))?.upgrade!.handle(request, socket, head),
    },
  })
  return { health, listener }
}
