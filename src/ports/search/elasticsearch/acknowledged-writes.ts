/** A document ready to be sent. */
export interface BulkEntry {
  id: string
  /** UTF-8 of the lines of its action and its source, each with its line feed */
  lines: readonly Uint8Array[]
  bytes: number
  /** when a new primary is no reason any more to write it again; milliseconds of `performance.now()` */
  repeatableUntil: number
}

/** A bulk request in flight. */
export interface SentBulk {
  /** the primary term that was known when it was sent */
  term: number
}

/** The last writes that the primary of the index has acknowledged, in case it did not keep them. */
export interface AcknowledgedWrites {
  onSend(): SentBulk
  /**
   * The server has acknowledged these.
   * @param term the highest primary term in the answer, 0 where it has none
   */
  onAnswer(sent: SentBulk, entries: BulkEntry[], term: number): void
  /** Removes and returns the writes that may be lost. The caller writes them again, or puts them back. */
  takeUncertain(): BulkEntry[]
  putBack(entries: BulkEntry[]): void
  /** The index is a new one. */
  reset(): void
}

/**
 * A primary that fails because its disk is full or broken can acknowledge writes that it has not kept: Elasticsearch
 * takes a closed translog for a flushed one, even if the flush failed (8.11, IndexShard.createTranslogSyncProcessor).
 * The next primary has a higher primary term. Therefore the last writes that were acknowledged under the former term
 * are written again; the version shows which of them are there.
 *
 * Only the requests that were in flight when the primary failed can be affected. With several shards the highest term
 * of all stands for each. Writes of long ago are not repeated: without any later request the failure is noticed late, and
 * by then the tombstone that would refuse an older version of its document can be gone.
 *
 * @param maxRequests maximum number of requests in flight: as many are remembered
 * @param onUncertain is called with the number of documents that are written again
 * @param now milliseconds of a clock that is never set
 */
export function createAcknowledgedWrites(
  maxRequests: number,
  onUncertain: (documents: number) => void,
  now: () => number = () => performance.now(),
): AcknowledgedWrites {
  let term = 0
  let last: BulkEntry[][] = []
  let uncertain: BulkEntry[] = []

  const repeatable = (entries: BulkEntry[]): BulkEntry[] => {
    const time = now()
    return entries.filter(({ repeatableUntil }) => time < repeatableUntil)
  }

  const markUncertain = (entries: BulkEntry[]): void => {
    const repeated = repeatable(entries)
    if (repeated.length === 0) return
    onUncertain(repeated.length)
    uncertain.push(...repeated)
  }

  return {
    onSend: () => ({ term }),

    onAnswer(sent, entries, answerTerm) {
      // The former primary answers, after another request has met its successor.
      if (answerTerm < term && sent.term < term) return markUncertain(entries)
      if (answerTerm > term) {
        if (term > 0) markUncertain(last.flat())
        term = answerTerm
        last = []
      }
      last.push(entries)
      if (last.length > maxRequests) last.shift()
    },

    takeUncertain() {
      const taken = repeatable(uncertain)
      uncertain = []
      return taken
    },

    putBack: (entries) => void uncertain.push(...entries),

    reset() {
      term = 0
      last = []
      uncertain = []
    },
  }
}
