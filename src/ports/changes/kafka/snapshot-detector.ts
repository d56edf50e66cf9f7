import type { UnplacedEvent } from './record.ts'

/**
 * Finds where Debezium reads all rows. The first time nothing before it can be missing; later it means that the
 * replication slot was lost or recreated, and that changes in between were never sent.
 */
export class SnapshotDetector {
  #isFirst: boolean
  #lsn: number | null | undefined

  /** @param startsAtBeginning reading begins at the beginning of the topics */
  constructor(startsAtBeginning: boolean) {
    this.#isFirst = startsAtBeginning
  }

  /** Whether this is the first event of a snapshot before which events may be missing. */
  startsGap({ value: { op, source } }: UnplacedEvent): boolean {
    if (op !== 'r') {
      this.#isFirst = false
      return false
    }
    // Requested rows, beside the stream that goes on.
    if (source.snapshot === 'incremental') return false
    const isNew = source.lsn !== this.#lsn
    this.#lsn = source.lsn
    return isNew && !this.#isFirst
  }
}
