import type { DocumentRow } from '../../domain/document-fields.ts'
import type { TextPart } from '../../domain/text-part.ts'
import type { Extraction } from '../../extraction/extraction.ts'
import type { Extractor } from '../../extraction/extractor.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { Logger } from '../../runtime/logger.ts'
import { spanned } from '../../runtime/spans.ts'

/** Reads a row's content and extracts its text. */
export type ReadContent = (row: DocumentRow) => Promise<{
  parts: readonly TextPart[]
  outcome: Extraction['outcome']
}>

export interface ReadContentOptions {
  blobs: Pick<Blobs, 'read'>
  extractor: Pick<Extractor, 'extract'>
  /** bytes; of documents with a larger content only the title can be found */
  maxBytes: number
  log: Logger
}

/**
 * There are no parts if the content has none, is too large, or cannot be read; the document can still be found by its
 * title. A missing or altered object is an error: its text would be wrong, and once the object is restored the document
 * can be indexed again.
 */
export function createReadContent({ blobs, extractor, maxBytes, log }: ReadContentOptions): ReadContent {
  const read = async (row: DocumentRow): ReturnType<ReadContent> => {
    const about = { document: row.id, traceparent: row.traceparent, contentType: row.content_type }
    if (row.content_size > maxBytes) {
      log.info({ ...about, bytes: row.content_size }, 'the content is too large to be indexed')
      return { parts: [], outcome: 'empty' }
    }
    if (row.content_size === 0) return { parts: [], outcome: 'empty' }
    const { s3_key, content_size: size, content_sha256: sha256 } = row
    const bytes = await blobs.read({ bucket: 'documents', key: s3_key!, size, sha256 })
    const extraction = await spanned({ name: 'extract text', kind: 'internal', attributes: {} }, () =>
      extractor.extract({ contentType: row.content_type, title: row.title, bytes }),
    )
    if (extraction.outcome === 'text') return { parts: extraction.parts, outcome: 'text' }
    const level = extraction.outcome === 'failed' ? 'warn' : 'debug'
    log[level]({ ...about, reason: extraction.reason }, 'no text could be extracted from the content')
    return { parts: [], outcome: extraction.outcome }
  }
  return (row) => {
    const attributes = { 'docmgr.content_size': row.content_size }
    return spanned({ name: 'read content', kind: 'internal', parent: row.traceparent, attributes }, () =>
      read(row),
    )
  }
}
