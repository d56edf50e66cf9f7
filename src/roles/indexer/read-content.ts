import type { DocumentRow } from '../../domain/document-fields.ts'
import type { Extraction, Extractor } from '../../extraction/extractor.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { Logger } from '../../runtime/logger.ts'

/** Reads a row's content and extracts its text. */
export type ReadContent = (row: DocumentRow) => Promise<{ text: string; outcome: Extraction['outcome'] }>

export interface ReadContentOptions {
  blobs: Pick<Blobs, 'get'>
  extractor: Pick<Extractor, 'extract'>
  /** bytes; of documents with a larger content only the title can be found */
  maxBytes: number
  log: Logger
}

/**
 * The text is empty if the content has none, is too large, or cannot be read; the document can still be found by its
 * title. A missing object is an error, because objects are stored before the rows that name them.
 */
export function createReadContent({ blobs, extractor, maxBytes, log }: ReadContentOptions): ReadContent {
  return async (row) => {
    const about = { document: row.id, traceparent: row.traceparent, contentType: row.content_type }
    if (row.content_size > maxBytes) {
      log.info({ ...about, bytes: row.content_size }, 'the content is too large to be indexed')
      return { text: '', outcome: 'no-text' }
    }
    if (row.content_size === 0) return { text: '', outcome: 'no-text' }
    const stream = await blobs.get('documents', row.s3_key!, { start: 0, end: row.content_size - 1 })
    if (stream === undefined)
      throw new Error(`document ${row.id} has no object ${row.s3_key} in bucket documents`)
    const bytes = await readAll(stream, row.content_size)
    const extraction = await extractor.extract({ contentType: row.content_type, title: row.title, bytes })
    if (extraction.outcome === 'text') return { text: extraction.text, outcome: 'text' }
    const level = extraction.outcome === 'failed' ? 'warn' : 'debug'
    log[level]({ ...about, reason: extraction.reason }, 'no text could be extracted from the content')
    return { text: '', outcome: extraction.outcome }
  }
}

/** Reads into one buffer of the known size: concatenating chunks would hold a large content in memory several times. */
async function readAll(stream: AsyncIterable<Uint8Array>, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size)
  let filled = 0
  for await (const chunk of stream) {
    bytes.set(chunk, filled)
    filled += chunk.length
  }
  return bytes.subarray(0, filled)
}
