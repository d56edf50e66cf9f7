import type { Config, Role } from '../config/schema.ts'
import { type Clock, systemClock } from '../runtime/clock.ts'
import { type NewId, createUuidV7 } from '../runtime/ids.ts'
import type { Logger } from '../runtime/logger.ts'
import { type Metrics, createMetrics } from '../runtime/metrics.ts'

/** What all modules are made with. */
export interface Base {
  config: Config
  log: Logger
  metrics: Metrics
  clock: Clock
  newId: NewId
  logOf: (module: string) => Logger
  has: (role: Role) => boolean
  /** what starting found and repaired, in sentences for the operator */
  findings: string[]
}

export function createBase(config: Config, log: Logger): Base {
  return {
    config,
    log,
    metrics: createMetrics({ processMetrics: true }),
    clock: systemClock,
    newId: createUuidV7(systemClock),
    logOf: (module) => log.child({ module }),
    has: (role) => config.roles.includes(role),
    findings: [],
  }
}
