import type { Config, Role } from '../config/schema.ts'
import type { Clock } from '../runtime/clock.ts'
import type { NewId } from '../runtime/ids.ts'
import type { Logger } from '../runtime/logger.ts'
import type { Metrics } from '../runtime/metrics.ts'

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
