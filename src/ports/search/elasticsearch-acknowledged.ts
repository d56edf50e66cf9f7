import type { BulkEntry } from './elasticsearch-bulk.ts'

/** A bulk request under way. */
export interface Sent {
  /** the primary term that was known when it was sent */
  term: number
}

/** What the primary of the index has acknowledged last, in case it did not keep it. */
export interface Acknowledged {
  sending(): Sent
  /**
   * The request was answered: the server says that it has these.
   * @param term the highest primary term in the answer, 0 where it has none
   */
  answered(sent: Sent, entries: BulkEntry[], term: number): void
  /** What has to be written again. Who takes it writes it, or gives back what it could not write. */
  takeDoubtful(): BulkEntry[]
  giveBack(entries: BulkEntry[]): void
  /** The index is another one now. */
  forget(): void
}

/**
 * A primary that fails because its disk is full or broken can acknowledge writes that it has not kept: Elasticsearch
 * takes one that is closed for one that has flushed its translog, also where just that did not work (8.11,
 * IndexShard.createTranslogSyncProcessor). Its successor has a higher primary term. So what was acknowledged last under
 * the former term is written again; what is there all the same is recognised by its version.
 *
 * Only the requests that were under way when the primary failed can be concerned. With several shards the highest term
 * of all stands for each.
 *
 * @param requests how many can be under way at the same time: as many are remembered
 * @param onDoubt is told how many documents are written again
 */
export function createAcknowledged(requests: number, onDoubt: (documents: number) => void): Acknowledged {
  let term = 0
  let last: BulkEntry[][] = []
  let doubtful: BulkEntry[] = []

  const doubt = (entries: BulkEntry[]): void => {
    if (entries.length === 0) return
    onDoubt(entries.length)
    doubtful.push(...entries)
  }

  return {
    sending: () => ({ term }),

    answered(sent, entries, answeredBy) {
      // By the former primary, while another request has met its successor already.
      if (answeredBy < term && sent.term < term) return doubt(entries)
      if (answeredBy > term) {
        if (term > 0) doubt(last.flat())
        term = answeredBy
        last = []
      }
      last.push(entries)
      if (last.length > requests) last.shift()
    },

    takeDoubtful() {
      const taken = doubtful
      doubtful = []
      return taken
    },

    giveBack: (entries) => void doubtful.push(...entries),

    forget() {
      term = 0
      last = []
      doubtful = []
    },
  }
}
