import { titleOfContent } from '../../domain/document-title.ts'
import { extractAtOnce, MAX_INPUT_BYTES } from '../../extraction/extract-at-once.ts'
import type { Extraction } from '../../extraction/extraction.ts'
import { UNREADABLE_CONTENT } from '../../domain/text-state.ts'
import type { Extractor } from '../../extraction/extractor.ts'
import { findCurrentText, keepText } from '../../extraction/kept-texts.ts'
import type { Ocr } from '../../extraction/ocr/ocr.ts'
import { imageFormatOf } from '../../extraction/ocr/scan-image.ts'
import { isUnfinished, scanOfImage } from '../../extraction/ocr/scan-state.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import { backoffMs } from '../../runtime/backoff.ts'
import type { Logger } from '../../runtime/logger.ts'
import { spanned } from '../../runtime/spans.ts'
import { isTransient, translateError } from '../../runtime/translate-error.ts'
import { columnsOfScan, textColumnsOf } from './text-columns.ts'
import type { QueuedText, TextQueue } from './text-queue.ts'
import type { TextSource, TextStore } from './text-store.ts'

/**
 * A file cannot end this process; so many deaths of it in a row are those of something else, but they have an end. A damaged
 * content may be restored meanwhile.
 */
const MAX_ATTEMPTS = 10
const BACKOFF = { firstMs: 1_000, limitMs: 60_000 }

export interface ReadDocumentTextOptions {
  store: TextStore
  queue: Pick<TextQueue, 'remove' | 'postpone' | 'continueLater'>
  blobs: Pick<Blobs, 'get' | 'put' | 'read'>
  extractor: Pick<Extractor, 'extract'>
  /** undefined: pages without text are not read */
  ocr: Pick<Ocr, 'readOn'> | undefined
  onRead: (outcome: Extraction['outcome']) => void
  /** a text was read, or pages of one */
  onProgress: () => void
  log: Logger
}

/**
 * Reads the text of a claimed document and records the outcome. The same bytes are read once, for whichever document. While
 * storage is away it is postponed, without counting. @throws DomainError unavailable of the database
 */
export type ReadDocumentText = (claimed: QueuedText) => Promise<void>

export function readDocumentTextUseCase(options: ReadDocumentTextOptions): ReadDocumentText {
  const { store, queue, onRead, onProgress, log } = options
  return async ({ document_id, attempts }) => {
    const source = await store.source(document_id)
    if (source === undefined) return queue.remove(document_id)
    try {
      const extraction = await spanned(
        { name: 'read text', kind: 'internal', parent: source.traceparent, attributes: {} },
        () => extractionOf(source, options),
      )
      if (options.ocr !== undefined && isUnfinished(extraction)) {
        await store.recordProgress(source, columnsOfScan(extraction))
        await queue.continueLater(document_id)
        return onProgress()
      }
      await store.record(source, await textColumnsOf(extraction), titleOfContent(extraction.title))
      onRead(extraction.outcome)
      onProgress()
    } catch (error) {
      const translated = translateError(error)
      const isAway = isTransient(translated)
      if (!isAway && attempts >= MAX_ATTEMPTS) {
        const reason = UNREADABLE_CONTENT + (translated as Error).message
        return store.record(source, await textColumnsOf({ outcome: 'failed', reason }))
      }
      log.warn({ err: error, document: document_id, attempts }, 'could not read a text; it is tried again')
      await queue.postpone(document_id, backoffMs(attempts, BACKOFF), !isAway)
    }
  }
}

async function extractionOf(
  source: TextSource,
  { blobs, extractor, ocr }: ReadDocumentTextOptions,
): Promise<Extraction> {
  const { title, content_type: contentType, content_size: size, content_sha256: sha256, s3_key } = source
  if (size > MAX_INPUT_BYTES) {
    const refused = extractAtOnce({ contentType, start: new Uint8Array(), size })
    if (refused !== undefined) return refused
  }
  const kept = await findCurrentText(blobs, source)
  if (kept !== undefined && !(ocr && isUnfinished(kept))) return kept
  const bytes = await blobs.read({ bucket: 'documents', key: s3_key!, size, sha256 })
  const isImage = ocr !== undefined && imageFormatOf(bytes) !== undefined
  const known = isImage ? undefined : extractAtOnce({ contentType, start: bytes, size })
  if (known !== undefined) return known
  const input = { contentType, title, bytes }
  let extraction = kept ?? (isImage ? scanOfImage(bytes) : await extractor.extract(input))
  // What was read so far is kept, so the next turn continues there, also after the end of this process.
  if (ocr !== undefined && isUnfinished(extraction)) extraction = await ocr.readOn(bytes, extraction)
  await keepText(blobs, source, extraction)
  return extraction
}
