import type { UnplacedEvent } from './record.ts'

/**
 * Finds where Debezium read all rows anew. The first time there was nothing before that could be missing; later it
 * means that the replication slot was lost or made anew, and what was committed in between was never sent.
 */
export class SnapshotWatch {
  #isVirgin: boolean
  #lsn: number | null | undefined

  /** @param isVirgin reading begins where the topics do */
  constructor(isVirgin: boolean) {
    this.#isVirgin = isVirgin
  }

  /** Whether this is the first event of a snapshot before which events may be missing. */
  begins({ value: { op, source } }: UnplacedEvent): boolean {
    if (op !== 'r') {
      this.#isVirgin = false
      return false
    }
    // Someone asked for these rows, beside the stream that goes on.
    if (source.snapshot === 'incremental') return false
    const isNew = source.lsn !== this.#lsn
    this.#lsn = source.lsn
    return isNew && !this.#isVirgin
  }
}
