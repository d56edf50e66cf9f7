import type { Logger } from '../../runtime/logger.ts'
import { createAcknowledged } from './elasticsearch-acknowledged.ts'
import { type BulkEntry, type Refusal, createBulk } from './elasticsearch-bulk.ts'
import type { Elasticsearch } from './elasticsearch-client.ts'
import type { IndexSetup } from './elasticsearch-setup.ts'
import { type WholeDocument, fitting } from './whole-document.ts'
import { foldedText } from './words.ts'

/** Of one request. A single document can have more bytes. */
const MAX_BYTES = 4_000_000
const MAX_DOCUMENTS = 1_000
/** requests under way at the same time, of all callers together */
const MAX_REQUESTS = 3

export interface Writer {
  /**
   * Writes whole documents, unless the index has this version or a newer one. Resolves when they are durable, and with
   * `refresh` can be found.
   */
  write(documents: WholeDocument[], refresh?: boolean): Promise<Refusal[]>
}

export interface WriterOptions {
  client: Elasticsearch
  alias: string
  setup: IndexSetup
  random: () => number
  signal: AbortSignal
  log: Logger
}

export function createWriter(options: WriterOptions): Writer {
  const acknowledged = createAcknowledged(MAX_REQUESTS, (documents) =>
    options.log.warn({ documents }, 'the index has another primary: what was written last is written again'),
  )
  const send = createBulk({ ...options, acknowledged })
  const slots = createSlots(MAX_REQUESTS)
  return {
    async write(documents, refresh = false) {
      const requests: Promise<Refusal[]>[] = []
      for (const entries of requestsOf(documents)) {
        await slots.take()
        // Handled at the end, all together, even when one of them has failed by then.
        requests.push(send(entries, refresh).finally(slots.give))
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
    const entry = bulkEntryOf(fitting(document))
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

/** The lines of a bulk request that index a document, as it fits. */
export function bulkEntryOf(document: WholeDocument): BulkEntry {
  const { id, version } = document
  const action = { index: { _id: id, version, version_type: 'external' } }
  const lines = `${JSON.stringify(action)}\n${JSON.stringify(sourceOf(document))}\n`
  return { id, lines, bytes: Buffer.byteLength(lines) }
}

/** Written out: gathering the other fields with `...` costs 14 µs for each document, ten times as much as all else. */
function sourceOf(document: WholeDocument): object {
  const { id, version, deleted, status, content_type, content_size, created_at, updated_at } = document
  if (deleted) return { id, status, content_type, content_size, created_at, updated_at, version, deleted }
  const { title, created_by, content_sha256 } = document
  const content = document.content.toWellFormed()
  return {
    id,
    status,
    content_type,
    content_size,
    created_at,
    updated_at,
    version,
    deleted,
    title: title.toWellFormed(),
    title_words: foldedText(title),
    created_by: created_by.toWellFormed(),
    created_by_words: foldedText(created_by),
    content,
    content_words: foldedText(content),
    content_length: content.length,
    content_sha256,
  }
}

/** Lets so many through at the same time, in the order in which they came. */
function createSlots(free: number) {
  const waiting: (() => void)[] = []
  return {
    async take(): Promise<void> {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
    },
    give(): void {
      const next = waiting.shift()
      if (next) next()
      else free++
    },
  }
}
