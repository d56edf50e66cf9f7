import type { Pool } from 'pg'
import type { Logger } from '../../../runtime/logger.ts'
import { pause } from '../backoff.ts'
import type { StoredFeed } from './feed-store.ts'
import { inspectSlot, type SlotState, terminateReader } from './slot.ts'

/** A reader says something every five seconds; one that is silent for this long is an orphan. */
const ORPHAN_SILENT_MS = 15_000
const WAIT_LIMIT_MS = 30_000

/**
 * Waits until nobody reads the slot. The walsender of a killed process goes by itself as a rule; one that hangs is
 * ended.
 *
 * @throws Error when another process is alive and reads it
 */
export async function waitForSlot(
  pool: Pool,
  slot: string,
  log: Logger,
  signal: AbortSignal,
): Promise<SlotState | undefined> {
  const deadline = performance.now() + WAIT_LIMIT_MS
  for (let wait = 10; ; wait = Math.min(wait * 2, 500)) {
    const state = await inspectSlot(pool, slot)
    if (!state?.reader) return state
    const { pid, silentMs } = state.reader
    if (silentMs !== undefined && silentMs > ORPHAN_SILENT_MS) {
      log.warn({ slot, pid, silentMs }, 'ending the orphaned reader of the replication slot')
      await terminateReader(pool, pid)
    }
    if (performance.now() > deadline || signal.aborted) {
      throw new Error(`the replication slot ${slot} is read by another process (PostgreSQL's PID ${pid})`)
    }
    await pause(wait, signal)
  }
}

export interface Rebuild {
  /** for the consumers; undefined when no position was ever given */
  reason: string | undefined
  /** whether an operator must know */
  damage: boolean
}

/** Why the slot cannot be used as it is; undefined when it can. */
export function whyRebuild(
  slot: string,
  state: SlotState | undefined,
  stored: StoredFeed | undefined,
  consumers: readonly string[],
): Rebuild | undefined {
  if (!stored) {
    const reason = state ? `the replication slot ${slot} was of an earlier database` : undefined
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
