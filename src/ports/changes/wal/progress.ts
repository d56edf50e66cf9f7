import type { Lsn } from '../../../db/lsn.ts'
import type { WalPosition } from './position.ts'

/** How far the reader of a slot is. The parts of the reader share one such object. */
export interface Progress {
  /** the last position that was read; its epoch is the slot's */
  last: WalPosition
  /** every consumer has finished everything before it */
  confirmed: Lsn
  /** end of the server's log, as last known */
  serverEnd: Lsn
  /**
   * `dispatched`: all rows of the epoch's snapshot are in the queues; `stored`: the consumers have finished them, and
   * the feed store says so
   */
  snapshot: 'none' | 'dispatched' | 'stored'
}

export function createProgress(): Progress {
  return {
    last: { epoch: '0'.repeat(16), commit: 0n, index: 0 },
    confirmed: 0n,
    serverEnd: 0n,
    snapshot: 'none',
  }
}

/** Notes an end of the server's log; it never moves back. */
export function raiseServerEnd(progress: Progress, end: Lsn): void {
  if (end > progress.serverEnd) progress.serverEnd = end
}
