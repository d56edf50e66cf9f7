import { createSemaphore } from '../../../runtime/semaphore.ts'
import type { SearchDocument } from '../port.ts'
import type { BulkEntry, Refusal, SendBulk } from './bulk.ts'
import type { MadeSource } from './source-thread.ts'

/** Bytes of one request; a single larger document is sent alone. */
const MAX_BYTES = 4_000_000
const MAX_DOCUMENTS = 1_000
/** requests in flight, of all callers together */
export const MAX_REQUESTS = 3
/** Less than the age of the youngest tombstone that `docmgr gc` removes, which is two hours. */
const REPEATABLE_MS = 3_600_000

export interface Writer {
  /**
   * Writes documents, unless the index has a newer version, or this one and they say nothing new of their text. Resolves when they are
   * durable, and with `refresh` can be found.
   * @throws DomainError unavailable, after all requests have ended
   */
  write(documents: AsyncIterable<BulkEntry>, refresh?: boolean): Promise<Refusal[]>
}

export function createWriter(send: SendBulk): Writer {
  const slots = createSemaphore(MAX_REQUESTS)
  return {
    async write(documents, refresh = false) {
      const requests: Promise<Refusal[]>[] = []
      for await (const entries of requestsOf(documents)) {
        const release = await slots.acquire()
        requests.push(send(entries, refresh).finally(release))
        // A failure is reported below, with those of all requests.
        requests.at(-1)!.catch(() => {})
      }
      const outcomes = await Promise.allSettled(requests)
      const failed = outcomes.find((outcome) => outcome.status === 'rejected')
      if (failed) throw failed.reason
      return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []))
    },
  }
}

async function* requestsOf(documents: AsyncIterable<BulkEntry>): AsyncGenerator<BulkEntry[]> {
  let entries: BulkEntry[] = []
  let bytes = 0
  for await (const entry of documents) {
    if (entries.length === MAX_DOCUMENTS || (entries.length > 0 && bytes + entry.bytes > MAX_BYTES)) {
      yield entries
      entries = []
      bytes = 0
    }
    entries.push(entry)
    bytes += entry.bytes
  }
  if (entries.length > 0) yield entries
}

const LINE_FEED = Buffer.from('\n')

/**
 * The lines of a bulk request that index a document.
 * @param hasNewText also where the index has this version
 */
export function bulkEntryOf(
  { id, version, deleted }: Pick<SearchDocument, 'id' | 'version' | 'deleted'>,
  { json }: Pick<MadeSource, 'json'>,
  hasNewText: boolean,
): BulkEntry {
  const action = { index: { _id: id, version, version_type: hasNewText ? 'external_gte' : 'external' } }
  const line = Buffer.from(`${JSON.stringify(action)}\n`)
  // A tombstone brings no document back, however late it is written again.
  const repeatableUntil = deleted ? Infinity : performance.now() + REPEATABLE_MS
  return { id, lines: [line, json, LINE_FEED], bytes: line.length + json.length + 1, repeatableUntil }
}
