import type { Pool } from 'pg'
import type { ReplicationSlot } from '../../../db/replication-slot.ts'
import { pause } from '../../../runtime/backoff.ts'
import type { Logger } from '../../../runtime/logger.ts'
import type { StoredFeed } from './feed-store.ts'
import { inspectSlot, terminateReader } from './slot.ts'

/** A reader reports its status every five seconds; one that is silent for this long has no process any more. */
const ORPHAN_SILENT_MS = 15_000
const WAIT_TIMEOUT_MS = 30_000

/**
 * Waits until no process reads the slot. The walsender of a killed process usually ends by itself; one that hangs is
 * terminated.
 * @throws Error when a living process keeps reading it
 */
export async function waitForSlot(
  pool: Pool,
  slot: string,
  log: Logger,
  signal: AbortSignal,
): Promise<ReplicationSlot | undefined> {
  const deadline = performance.now() + WAIT_TIMEOUT_MS
  for (let wait = 10; ; wait = Math.min(wait * 2, 500)) {
    const state = await inspectSlot(pool, slot)
    if (!state?.reader) return state
    const { pid, silentMs } = state.reader
    if (silentMs !== undefined && silentMs > ORPHAN_SILENT_MS) {
      log.warn({ slot, pid, silentMs }, 'terminating the orphaned reader of the replication slot')
      await terminateReader(pool, pid)
    }
    if (performance.now() > deadline || signal.aborted) {
      throw new Error(`the replication slot ${slot} is read by another process (PostgreSQL PID ${pid})`)
    }
    await pause(wait, signal)
  }
}

export interface Rebuild {
  /** for the consumers; undefined when no position was given yet */
  reason: string | undefined
  /** whether an operator must know */
  damage: boolean
}

/** Why the slot must be created again; undefined when it can be used as it is. */
export function whyRebuild(
  slot: string,
  state: ReplicationSlot | undefined,
  stored: StoredFeed | undefined,
  consumers: readonly string[],
): Rebuild | undefined {
  if (!stored) {
    const reason = state ? `the replication slot ${slot} belongs to an earlier database` : undefined
    return { reason, damage: false }
  }
  if (!stored.snapshotDone) return { reason: 'the first snapshot was interrupted', damage: false }
  if (!state) return { reason: `the replication slot ${slot} is gone`, damage: true }
  if (state.walStatus === 'lost' || state.confirmed === undefined) {
    return { reason: `PostgreSQL has removed log that the replication slot ${slot} needs`, damage: true }
  }
  const added = consumers.filter((name) => !stored.consumers.includes(name))
  if (added.length > 0)
    return { reason: `${added.join(', ')} is new and begins with a snapshot`, damage: false }
  return undefined
}
