import { z } from 'zod'
import type { ReachOf } from '../../domain/access.ts'
import { LISTED_PAGES } from '../../extraction/pictures/page-input.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { idParams } from '../../http/fields.ts'
import type { DocumentPages } from './document-pages.ts'
import type { ReadDocument } from './read-document.ts'

const pixels = z.int().min(1)

const documentPages = z
  .object({
    total: z.int().min(0).describe('0: the format has no pages that can be drawn'),
    pages: z
      .array(z.object({ page: z.int().min(1), width: pixels, height: pixels }))
      .describe(
        `of the first ${LISTED_PAGES} pages the pixels of their pictures at scale 1, such as to leave room for them`,
      ),
  })
  .meta({
    id: 'DocumentPages',
    description: 'the pages of a document, of which there are pictures',
    examples: [{ total: 1, pages: [{ page: 1, width: 595, height: 842 }] }],
  })

/** Does not count as a view. */
export function listDocumentPages(pages: DocumentPages, read: ReadDocument, reachOf: ReachOf): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/documents/{id}/pages',
    operationId: 'listDocumentPages',
    summary: 'How many pages a document has, and how large they are',
    policy: 'read',
    params: idParams,
    responses: {
      200: { description: 'the pages', schema: documentPages, headers: ['Cache-Control'] },
    },
    problems: ['document-not-found', 'page-not-drawable', 'content-damaged'],
    async handle({ params }, { principal }) {
      const { document } = await read(params.id, reachOf(principal, 'read'))
      const { total, sizes } = await pages.sizes(document)
      return {
        status: 200,
        headers: { 'cache-control': 'private, no-cache' },
        json: { total, pages: sizes.map((size, index) => ({ page: index + 1, ...size })) },
      }
    },
  })
}
