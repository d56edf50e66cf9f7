import { z } from 'zod'
import type { ReachOf } from '../../domain/access.ts'
import type { Document } from '../../domain/document-fields.ts'
import type { TextPart } from '../../domain/text-part.ts'
import { isOcrProgress } from '../../domain/text-state.ts'
import { AT_ONCE_BYTES, extractAtOnce } from '../../extraction/extract-at-once.ts'
import type { Extraction } from '../../extraction/extraction.ts'
import { findText } from '../../extraction/kept-texts.ts'
import { textSummary } from '../../http/document-schemas.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { dateTime, idParams } from '../../http/fields.ts'
import { searchQuery } from '../../http/search-query.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { FindInTexts } from '../../ports/search/port.ts'
import type { ReadDocument } from './read-document.ts'
import type { TextStore } from './text-store.ts'

const documentText = z
  .object({
    ...(textSummary as unknown as z.ZodObject).shape,
    queue_read_at: dateTime
      .optional()
      .describe(
        'while the text is pending: when the process that answers last read a text, or pages of one, of any document; it changes as long as the queue gets on, and is missing before the first',
      ),
    parts: z
      .array(
        z.object({
          page: z.int().min(1).optional().describe('missing for text that is on no page'),
          text: z.string(),
          found: z
            .array(z.object({ start: z.int().min(0), end: z.int().min(1) }))
            .optional()
            .describe('with `q`: places in the text, in UTF-16 code units; `end` is exclusive'),
        }),
      )
      .describe(
        'a page each, or the whole text of a format without pages; none unless the state is indexed, or pending while OCR reads: what it has read so far',
      ),
  })
  .meta({ id: 'ExtractedText' })

export interface GetDocumentTextOptions {
  read: ReadDocument
  blobs: Pick<Blobs, 'get' | 'read'>
  findInTexts: FindInTexts
  store: Pick<TextStore, 'readAgain'>
  lastReadAt: () => Date | undefined
  /** a text was queued */
  onPending: () => void
  reachOf: ReachOf
}

/** Does not count as a view. */
export function getDocumentText(options: GetDocumentTextOptions): Endpoint {
  const { read, blobs, findInTexts, store, lastReadAt, onPending, reachOf } = options
  return defineEndpoint({
    method: 'GET',
    path: '/documents/{id}/text',
    operationId: 'getDocumentText',
    summary: 'The text that was read of a document, page by page',
    description:
      'With `q` also where a search for it finds something in the text, in all forms of its words.',
    policy: 'read',
    params: idParams,
    query: z.object({ q: searchQuery(0).optional() }),
    responses: { 200: { description: 'the text', schema: documentText, headers: ['Cache-Control'] } },
    problems: ['document-not-found', 'content-damaged'],
    async handle({ params, query: { q } }, { principal }) {
      const { document } = await read(params.id, reachOf(principal, 'read'))
      const headers = { 'cache-control': 'private, no-cache' }
      const { state, reason } = document.text
      const queueReadAt = lastReadAt()?.toISOString()
      const queue = queueReadAt === undefined ? {} : { queue_read_at: queueReadAt }
      const about = { ...document.text, ...(state === 'pending' && queue) }
      const isScan = state === 'pending' && isOcrProgress(reason)
      if (state !== 'indexed' && !isScan) return { status: 200, headers, json: { ...about, parts: [] } }
      const extraction = await readText(blobs, document)
      if (extraction?.outcome === 'text' || isScan) {
        const read = extraction?.outcome === 'text' ? extraction.parts : []
        const texts = read.map(({ text }) => text)
        const found = q === undefined ? undefined : await findInTexts(q, texts)
        const parts = read.map(({ page, text }: TextPart, index) => ({ page, text, found: found?.[index] }))
        return { status: 200, headers, json: { ...about, parts } }
      }
      // What was read is not kept any more, as after a restore.
      await store.readAgain(document.id)
      onPending()
      return { status: 200, headers, json: { state: 'pending', ...queue, parts: [] } }
    },
  })
}

/** Short texts are not kept: they are read as fast again. */
async function readText(
  blobs: GetDocumentTextOptions['blobs'],
  document: Document,
): Promise<Extraction | undefined> {
  const { s3_key: key, content_size: size, content_sha256: sha256, content_type: contentType } = document
  if (size <= AT_ONCE_BYTES) {
    const start = await blobs.read({ bucket: 'documents', key: key!, size, sha256 })
    const extraction = extractAtOnce({ contentType, start, size })
    // An image has a text by OCR only, which is kept.
    if (extraction?.outcome === 'text') return extraction
  }
  return findText(blobs, document)
}
