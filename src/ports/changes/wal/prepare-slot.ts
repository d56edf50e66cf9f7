import type { Database } from '../../../db/database.ts'
import { dropReplicationSlot, type ReplicationSlot } from '../../../db/replication-slot.ts'
import type { Logger } from '../../../runtime/logger.ts'
import type { Dispatcher } from '../delivery/dispatcher.ts'
import type { FeedStore, StoredFeed } from './feed-store.ts'
import type { Lsn } from '../../../db/lsn.ts'
import type { Progress } from './progress.ts'
import { createSlot, type NewSlot, waitForSlot } from './slot.ts'

export interface PrepareSlotOptions {
  database: Database
  dispatcher: Dispatcher<Lsn>
  store: FeedStore
  log: Logger
  slot: string
  /** @returns 16 hexadecimal digits that were never used before */
  newEpoch: () => string
  /** something an operator must know, in a sentence */
  onFinding: (sentence: string) => void
}

/** Where reading begins: in an existing slot, or with the snapshot of a new one. */
export type ReadingStart = { from: Lsn } | { created: NewSlot }

/**
 * Waits until the slot is free and checks that it continues what was stored; otherwise creates it again, which begins
 * a new epoch with a snapshot.
 * @throws Error when another process reads the slot
 */
export async function prepareSlot(
  options: PrepareSlotOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<ReadingStart> {
  const { database, store, slot, log } = options
  const names = sharedConsumers(options)
  const state = await waitForSlot(database.pool, slot, log, signal)
  const stored = await store.load()
  if (stored && stored.epoch === progress.last.epoch && progress.snapshot !== 'none')
    stored.snapshotDone = true
  const rebuild = whyRebuild(slot, state, stored, names)
  if (rebuild) {
    const reason = rebuild.reason ?? `the replication slot ${slot} is created for the first time`
    if (rebuild.damage) options.onFinding(`The change feed starts over with a snapshot: ${reason}.`)
    log[rebuild.damage ? 'error' : 'info']({ slot, reason }, 'the change feed begins with a snapshot')
    return { created: await createEpoch(options, progress, rebuild.reason, signal) }
  }
  const confirmed = state!.confirmed!
  if (stored!.epoch !== progress.last.epoch) {
    progress.last = { epoch: stored!.epoch, commit: confirmed, index: 0 }
    progress.confirmed = confirmed
    progress.snapshot = 'stored'
  }
  if (stored!.consumers.length !== names.length) await store.keepConsumers(names)
  return { from: progress.confirmed > confirmed ? progress.confirmed : confirmed }
}

async function createEpoch(
  options: PrepareSlotOptions,
  progress: Progress,
  reason: string | undefined,
  signal: AbortSignal,
): Promise<NewSlot> {
  const { database, store, slot, dispatcher } = options
  const epoch = options.newEpoch()
  await store.begin(epoch, sharedConsumers(options))
  await dropReplicationSlot(database.pool, slot)
  // What waits is of the old epoch.
  dispatcher.reset(undefined)
  const created = await createSlot(database.direct, slot, signal)
  progress.snapshot = 'none'
  progress.confirmed = created.consistent
  progress.serverEnd = created.consistent
  // Before everything that is streamed.
  progress.last = { epoch, commit: created.consistent - 1n, index: 0 }
  // Only now are there positions of the epoch, and a reset: a subscriber reads the current state with them, and what
  // commits before the slot exists is never streamed.
  dispatcher.reset(reason)
  return created
}

/** The consumers whose positions the slot stands for. */
function sharedConsumers({ dispatcher }: PrepareSlotOptions): string[] {
  return dispatcher.consumers.filter(({ delivery }) => delivery === 'shared').map(({ name }) => name)
}

interface Rebuild {
  /** for the consumers; undefined when no position was given yet */
  reason: string | undefined
  /** whether an operator must know */
  damage: boolean
}

/** Why the slot must be created again; undefined when it can be used as it is. */
function whyRebuild(
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
