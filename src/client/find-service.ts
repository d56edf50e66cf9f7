import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { readTokenSecret } from '../auth/token-secret.ts'
import { createTokens } from '../auth/tokens.ts'
import { type Config } from '../config/schema.ts'
import { forListeningRoles, ROLES } from '../config/roles.ts'
import { isShared } from '../ports/adapters.ts'
import { systemClock } from '../runtime/clock.ts'
import { FolderInUseError } from '../data-folder/folder-lock.ts'
import { createLogger } from '../runtime/logger.ts'
import { abortAfter } from '../runtime/within.ts'
import { processIdentity } from '../runtime/processes.ts'
import { readServiceFile } from '../data-folder/service-file.ts'
import { type RoleUrls } from './api.ts'
import { localUser } from './local-user.ts'
import { ServiceUnreachableError } from './problem.ts'

/** The service that a command uses. */
export interface FoundService {
  urls: RoleUrls
  /** `embedded`: started by this command, for its own duration */
  kind: 'given' | 'running' | 'embedded'
  /** token of the requests; undefined if none is needed or none is known */
  token?: string
  /** the token is one that the caller gave: its user is not known here */
  hasGivenToken: boolean
  /** Stops an embedded service; otherwise does nothing. */
  stop(): Promise<void>
}

export interface FindOptions {
  /** base URL from the command line or its environment, and what it was given with */
  url?: { value: string; from: string }
  /** token from the same */
  token?: string
  /** the data folder was given explicitly, so a service at the configured address may have another one */
  folderIsNamed: boolean
  /** called before an embedded service is started, which takes some seconds */
  onStart: () => void
  signal: AbortSignal
}

/**
 * The service at `url`, else the one that uses the data folder, else the one at the configured address, else a new one
 * in this process. A service on this machine that requires a token gets one that this process signs for `localUser`,
 * where it may read the secret; a service at `url` gets only the token that was given.
 * @throws ServiceUnreachableError, or an error of the start of the embedded service
 */
export async function findService(config: Config, options: FindOptions): Promise<FoundService> {
  const { url, token, signal } = options
  if (url !== undefined) {
    const base = url.value.replace(/\/+$/, '')
    const problem = await probe(base, signal)
    if (problem !== undefined) throw new ServiceUnreachableError(`${base} of ${url.from}`, problem)
    return {
      urls: everyRole(base),
      kind: 'given',
      hasGivenToken: token !== undefined,
      stop: async () => {},
      ...(token !== undefined && { token }),
    }
  }
  const running =
    (await fromServiceFile(config, signal)) ??
    (options.folderIsNamed ? undefined : await fromListenAddress(config, signal))
  if (running) return use(running, config, token)
  if (isShared('database', config.database.url)) {
    throw new ServiceUnreachableError(
      listenAddress(config) ?? 'any address of this configuration',
      'not running',
    )
  }
  options.onStart()
  try {
    const started = await startEmbedded(config)
    const own = token ?? (await tokenFor(config.auth.mode, config))
    return { ...started, hasGivenToken: token !== undefined, ...(own !== undefined && { token: own }) }
  } catch (error) {
    // The process that uses the folder may still be starting.
    const other = error instanceof FolderInUseError ? await waitForOther(config, signal) : undefined
    if (!other) throw error
    return use(other, config, token)
  }
}

/** A service of this machine, and whether it requires a token. */
interface Running {
  urls: RoleUrls
  auth: Config['auth']['mode']
}

async function use({ urls, auth }: Running, config: Config, given?: string): Promise<FoundService> {
  const token = given ?? (await tokenFor(auth, config))
  const hasGivenToken = given !== undefined
  return { urls, kind: 'running', hasGivenToken, stop: async () => {}, ...(token !== undefined && { token }) }
}

const START_TIMEOUT_MS = 15_000

/** Waits for the service that another process is starting on the same folder. */
async function waitForOther(config: Config, signal: AbortSignal): Promise<Running | undefined> {
  const end = performance.now() + START_TIMEOUT_MS
  let other: Running | undefined
  while (!other && performance.now() < end) {
    await delay(200, undefined, { signal })
    other = await fromServiceFile(config, signal)
  }
  return other
}

const everyRole = (base: string): RoleUrls => forListeningRoles(() => base)

function roleUrls(urls: Record<string, string>): RoleUrls | undefined {
  const base = urls['http']
  if (base !== undefined) return everyRole(base)
  const any = Object.entries(urls).find(([name]) => name !== 'grpc')?.[1]
  if (any === undefined) return undefined
  return forListeningRoles((role) => urls[role] ?? any)
}

async function fromServiceFile(config: Config, signal: AbortSignal): Promise<Running | undefined> {
  const file = await readServiceFile(config.data)
  if (!file || (await processIdentity(file.pid)) === undefined) return undefined
  const urls = roleUrls(file.urls)
  if (!urls || (await probe(urls.document, signal)) !== undefined) return undefined
  // A service can be guarded by a variable that this process does not have.
  return { urls, auth: file.auth ?? config.auth.mode }
}

async function fromListenAddress(config: Config, signal: AbortSignal): Promise<Running | undefined> {
  const base = listenAddress(config)
  if (base === undefined || (await probe(base, signal)) !== undefined) return undefined
  return { urls: everyRole(base), auth: config.auth.mode }
}

/** The configured address of the service; undefined if the port is 0 or off. */
function listenAddress({ listen: { host, http } }: Config): string | undefined {
  return http === 'off' || http === 0 ? undefined : reachable(host, http)
}

/** The URL on this machine of a listener on `host`, which may stand for all addresses. */
export function reachable(host: string, port: number): string {
  const one = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${one.includes(':') ? `[${one}]` : one}:${port}`
}

const PROBE_TIMEOUT_MS = 3_000

/**
 * Undefined when a docmgr answers at the URL, else why not. A gateway does not expose the health of the roles; it answers
 * with docmgr's problem `not-found`.
 */
export async function probe(base: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const limit = AbortSignal.any([signal, abortAfter(PROBE_TIMEOUT_MS)])
    const { statusCode, body } = await request(`${base}/health/live`, { signal: limit, reset: true })
    const { status, type } = (await body.json()) as { status?: unknown; type?: unknown }
    const isRole = statusCode === 200 && status === 'alive'
    const isGateway = statusCode === 404 && type === 'urn:docmgr:problem:not-found'
    return isRole || isGateway ? undefined : 'another program answers there'
  } catch (error) {
    signal.throwIfAborted()
    const { code, message, name } = error as NodeJS.ErrnoException
    if (name === 'TimeoutError') return `no answer within ${PROBE_TIMEOUT_MS} ms`
    return name === 'SyntaxError' ? 'another program answers there' : (code ?? message)
  }
}

/** Undefined where none is needed, or where this user may not read the secret of the service. */
async function tokenFor(auth: Config['auth']['mode'], config: Config): Promise<string | undefined> {
  if (auth === 'open') return undefined
  const { issuer, audience, tokenLifetime: lifetime } = config.auth
  const secret = config.auth.secret ?? (await readTokenSecret(config.data))
  if (secret === undefined) return undefined
  return createTokens({ secret, issuer, audience, lifetime }, systemClock).sign(localUser())
}

async function startEmbedded(config: Config): Promise<Omit<FoundService, 'token' | 'hasGivenToken'>> {
  const { startService } = await import('../app.ts')
  const ports = { ...forListeningRoles((): 'off' => 'off'), http: 0, grpc: 'off' as const }
  const own: Config = {
    ...config,
    roles: [...ROLES],
    listen: { ...config.listen, host: '127.0.0.1', ...ports },
  }
  const service = await startService(own, { log: createLogger({ level: 'error' }) })
  service.failed.catch(() => {})
  return { urls: everyRole(service.urls['http']!), kind: 'embedded', stop: () => service.stop() }
}
