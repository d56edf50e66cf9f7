import type { IdentityTimes } from '../auth/known-identities.ts'
import { isLoopback } from '../config/check.ts'
import type { Role } from '../config/roles.ts'
import type { Config } from '../config/schema.ts'
import type { Database } from '../db/database.ts'
import { createRequestGuard, type RequestGuard } from '../http/request-guard.ts'
import type { OpenFeed } from '../ports/changes/feed.ts'
import type { Documents } from '../ports/documents/port.ts'
import type { SigningLimits } from '../roles/signature/signing-limits.ts'
import type { WsLimits } from '../roles/ws/limits.ts'
import { type Clock, systemClock } from '../runtime/clock.ts'
import { type NewId, createUuidV7 } from '../runtime/ids.ts'
import type { Logger } from '../runtime/logger.ts'
import { type Metrics, createMetrics } from '../runtime/metrics.ts'
import { programVersion } from '../runtime/version.ts'

/** What a test replaces or wraps, or a command that works beside a service. */
export interface Overrides {
  /** used as it is, and not stopped */
  database?: Database
  /** another process holds the lock of the data folder, and this one works beside it */
  sharesFolder?: boolean
  /** false: objects are stored as files only, before there is a database */
  objectTable?: boolean
  documents?: Documents
  feed?: (feed: OpenFeed) => OpenFeed
  signing?: Partial<SigningLimits>
  /** false: the test starts the sweeper of the signature role itself */
  sweeper?: boolean
  /** false: no queued text is read */
  texts?: boolean
  ws?: Partial<WsLimits>
  /** how long what is known of keys and people counts */
  identities?: Partial<IdentityTimes>
}

/** What all modules share. */
export interface Base {
  config: Config
  log: Logger
  metrics: Metrics
  clock: Clock
  newId: NewId
  /** of all edges */
  guard: RequestGuard
  logOf: (module: string) => Logger
  has: (role: Role) => boolean
  /** problems that the start found and repaired, as sentences for the operator */
  findings: string[]
  overrides: Overrides
}

export function createBase(config: Config, log: Logger, overrides: Overrides = {}): Base {
  const metrics = createMetrics({ processMetrics: true })
  metrics
    .gauge('docmgr_build_info', '1, with the version of the program', ['version', 'node'])
    .set({ version: programVersion(), node: process.version }, 1)
  return {
    config,
    log,
    metrics,
    clock: systemClock,
    newId: createUuidV7(systemClock),
    guard: guardOf(config),
    logOf: (module) => log.child({ module }),
    has: (role) => config.roles.includes(role),
    findings: [],
    overrides,
  }
}

/** An address of this machine that it listens on is a name of it, too. */
function guardOf({ auth: { mode }, http, listen: { host } }: Config): RequestGuard {
  const own = isLoopback(host) ? [host.includes(':') ? `[${host}]` : host] : []
  return createRequestGuard({ mode, hosts: [...http.hosts, ...own], origins: http.origins })
}
