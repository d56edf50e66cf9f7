import type { DocumentRow } from '../../domain/change.ts'
import type { Extraction, Extractor } from '../../extraction/extractor.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { Logger } from '../../runtime/logger.ts'

/** Finds the text of a row's content. */
export type ReadContent = (row: DocumentRow) => Promise<{ text: string; outcome: Extraction['outcome'] }>

export interface ReadContentOptions {
  blobs: Pick<Blobs, 'get'>
  extractor: Pick<Extractor, 'extract'>
  /** bytes; of larger contents only the title can be found */
  maxBytes: number
  log: Logger
}

/**
 * A content without text, too large, or that cannot be read has an empty one: its document can still be found by its
 * title. A missing object is an error, because objects are stored before the rows that name them.
 */
export function createReadContent({ blobs, extractor, maxBytes, log }: ReadContentOptions): ReadContent {
  return async (row) => {
    const about = { document: row.id, traceparent: row.traceparent, contentType: row.content_type }
    if (row.content_size > maxBytes) {
      log.info({ ...about, bytes: row.content_size }, 'the content is too large to be searched')
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
    log[level]({ ...about, reason: extraction.reason }, 'the content has no text that can be searched')
    return { text: '', outcome: extraction.outcome }
  }
}

/** Into one buffer of the size that is known: what gathers chunks first holds a large content several times. */
async function readAll(stream: AsyncIterable<Uint8Array>, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size)
  let filled = 0
  for await (const chunk of stream) {
    bytes.set(chunk, filled)
    filled += chunk.length
  }
  return bytes.subarray(0, filled)
}
