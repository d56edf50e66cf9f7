import type { DocumentRow } from '../../domain/document-fields.ts'
import type { TextPart } from '../../domain/text-part.ts'
import { AT_ONCE_BYTES, extractAtOnce } from '../../extraction/extract-at-once.ts'
import type { Extraction } from '../../extraction/extraction.ts'
import type { Extractor } from '../../extraction/extractor.ts'
import { findText } from '../../extraction/kept-texts.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { Logger } from '../../runtime/logger.ts'
import { spanned } from '../../runtime/spans.ts'

/** `pending`: the text is still to be read */
export type Outcome = Extraction['outcome'] | 'pending'

/** The text of a row's content. */
export type ReadContent = (row: DocumentRow) => Promise<{ parts: readonly TextPart[]; outcome: Outcome }>

export interface ReadContentOptions {
  blobs: Pick<Blobs, 'get' | 'read'>
  extractor: Pick<Extractor, 'extract'>
  /** bytes; of documents with a larger content only the title can be found */
  maxBytes: number
  log: Logger
}

/**
 * There are no parts while the text is still to be read, and if there is none; the document can still be found by its title.
 * A short text is read at once. A missing or altered object is an error: its text would be wrong, and once the object is
 * restored the document can be indexed again.
 */
export function createReadContent({ blobs, extractor, maxBytes, log }: ReadContentOptions): ReadContent {
  const none = (outcome: Outcome) => ({ parts: [], outcome })

  const extractionOf = async (row: DocumentRow): Promise<Extraction | undefined> => {
    const { s3_key, title, content_type: contentType, content_size: size, content_sha256: sha256 } = row
    const readBytes = (): Promise<Buffer> => blobs.read({ bucket: 'documents', key: s3_key!, size, sha256 })
    const isRead = row.text_state === 'indexed'
    if (size <= AT_ONCE_BYTES) {
      const bytes = await readBytes()
      const known = extractAtOnce({ contentType, start: bytes, size })
      // The text of an image is that of OCR.
      if (known?.outcome === 'text' || !isRead) return known
      return (await findText(blobs, row)) ?? extractor.extract({ contentType, title, bytes })
    }
    if (!isRead) return undefined
    // What was read is not kept any more, as after a restore.
    return (await findText(blobs, row)) ?? extractor.extract({ contentType, title, bytes: await readBytes() })
  }

  const read = async (row: DocumentRow): ReturnType<ReadContent> => {
    const { content_size: size, text_state: state } = row
    if (state === 'empty' || state === 'failed') return none(state)
    if (size === 0) return none('empty')
    // Its type and the reason can quote a name or a text; the document has them.
    const about = { document: row.id, traceparent: row.traceparent, bytes: size }
    if (size > maxBytes) {
      log.info(about, 'the content is too large to be indexed')
      return none('empty')
    }
    const extraction = await spanned({ name: 'extract text', kind: 'internal', attributes: {} }, () =>
      extractionOf(row),
    )
    if (extraction === undefined) return none('pending')
    if (extraction.outcome === 'text') return { parts: extraction.parts, outcome: 'text' }
    const level = extraction.outcome === 'failed' ? 'warn' : 'debug'
    log[level](about, 'no text could be extracted from the content')
    return none(extraction.outcome)
  }
  return (row) => {
    const attributes = { 'docmgr.content_size': row.content_size }
    return spanned({ name: 'read content', kind: 'internal', parent: row.traceparent, attributes }, () =>
      read(row),
    )
  }
}
