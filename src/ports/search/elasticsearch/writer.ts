import { HIT_FIELDS } from '../../../domain/document-fields.ts'
import { createSemaphore } from '../../../runtime/semaphore.ts'
import type { WholeDocument } from '../driver.ts'
import { INTERNAL_FIELDS, type SearchField, WORDS_FIELDS } from '../fields.ts'
import { foldedText } from '../query/words.ts'
import type { BulkEntry, Refusal, SendBulk } from './bulk.ts'
import { wordsField } from './index-definition.ts'

/** Bytes of one request; a single larger document is sent alone. */
const MAX_BYTES = 4_000_000
const MAX_DOCUMENTS = 1_000
/** requests in flight, of all callers together */
export const MAX_REQUESTS = 3
/** Less than the age of the youngest tombstone that `docmgr gc` removes, which is two hours. */
const REPEATABLE_MS = 3_600_000

export interface Writer {
  /**
   * Writes whole documents, unless the index has a newer version, or this one and they bring no text. Resolves when they are durable, and with
   * `refresh` can be found.
   * @throws DomainError unavailable, after all requests have ended
   */
  write(documents: WholeDocument[], refresh?: boolean): Promise<Refusal[]>
}

export function createWriter(send: SendBulk): Writer {
  const slots = createSemaphore(MAX_REQUESTS)
  return {
    async write(documents, refresh = false) {
      const requests: Promise<Refusal[]>[] = []
      for (const entries of requestsOf(documents)) {
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

function* requestsOf(documents: WholeDocument[]): Generator<BulkEntry[]> {
  let entries: BulkEntry[] = []
  let bytes = 0
  for (const document of documents) {
    const entry = bulkEntryOf(document)
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

/** The lines of a bulk request that index a document. */
function bulkEntryOf(document: WholeDocument): BulkEntry {
  const { id, version, content } = document
  const version_type = content === '' ? 'external' : 'external_gte'
  const action = { index: { _id: id, version, version_type } }
  const lines = `${JSON.stringify(action)}\n${JSON.stringify(sourceOf(document))}\n`
  // A tombstone brings no document back, however late it is written again.
  const repeatableUntil = document.deleted ? Infinity : Date.now() + REPEATABLE_MS
  return { id, lines, bytes: Buffer.byteLength(lines), repeatableUntil }
}

const PLAIN_FIELDS: readonly SearchField[] = HIT_FIELDS.filter(
  (name) => !(WORDS_FIELDS as readonly SearchField[]).includes(name),
)
const WORDS = WORDS_FIELDS.map((name) => ({ name, words: wordsField(name) }))
const CONTENT_WORDS = wordsField('content')

/** Assigned field by field: copying the others with `...` costs 14 µs a document, ten times as much as all else. */
function sourceOf(document: WholeDocument): Record<string, unknown> {
  const source: Record<string, unknown> = {}
  // The author of a tombstone is empty, and left out.
  for (const name of PLAIN_FIELDS) if (document[name] !== '') source[name] = document[name]
  source['deleted'] = document.deleted
  if (document.deleted) return source
  for (const { name, words } of WORDS) {
    const text = document[name]
    source[name] = text?.toWellFormed()
    source[words] = foldedText(text ?? '')
  }
  for (const name of INTERNAL_FIELDS) source[name] = document[name]
  const content = document.content.toWellFormed()
  source['content'] = content
  source[CONTENT_WORDS] = foldedText(content)
  source['content_length'] = content.length
  return source
}
