import type { ConnectionSettings } from '../../../db/database.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { Dispatcher } from './dispatcher.ts'
import { makeEvent, type Origin } from './envelope.ts'
import { formatPosition } from './position.ts'
import type { Progress } from './progress.ts'
import type { NewSlot } from './slot.ts'
import { readSnapshot } from './snapshot.ts'

export interface DispatchSnapshotOptions {
  connection: ConnectionSettings
  dispatcher: Dispatcher
  clock: Clock
}

/** Dispatches every row that the new slot's snapshot shows as an event of op `r`. @throws Error when the signal aborts */
export async function dispatchSnapshot(
  { connection, dispatcher, clock }: DispatchSnapshotOptions,
  { consistent, snapshot, close }: NewSlot,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const nowMs = clock.now().getTime()
  const origin: Origin = {
    database: connection.database,
    previousCommit: undefined,
    xid: null,
    committedUs: nowMs * 1000,
  }
  const { epoch } = progress.last
  let index = 0
  try {
    for await (const { topic, row, marker } of readSnapshot(connection, snapshot, close)) {
      await dispatcher.waitForCapacity(signal)
      if (signal.aborted) throw new Error('stopped during the snapshot')
      progress.last = { epoch, commit: consistent - 1n, index: ++index }
      const change = { topic, op: 'r', before: null, after: row, lsn: consistent, snapshot: marker } as const
      dispatcher.dispatch(makeEvent(change, origin, formatPosition(progress.last), nowMs))
    }
  } finally {
    await close().catch(() => {})
  }
  progress.snapshot = 'dispatched'
  dispatcher.markCommitted(consistent)
}
