import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { z } from 'zod'
import type { ReachOf } from '../../domain/access.ts'
import type { Scale } from '../../extraction/pictures/page-input.ts'
import { deliver } from '../../http/content-delivery.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { binary, id, wholeNumber } from '../../http/fields.ts'
import type { DocumentPages } from './document-pages.ts'
import type { ReadDocument } from './read-document.ts'

const MAX_PAGE = 100_000
const PAGE_RULE = `must be a whole number from 1 to ${MAX_PAGE}`

const page = z
  .string(PAGE_RULE)
  .regex(/^0*(?:[1-9]\d{0,4}|100000)$/, PAGE_RULE)
  .transform(Number)
  .meta({
    override({ jsonSchema }: { jsonSchema: Record<string, unknown> }) {
      delete jsonSchema['pattern']
      Object.assign(jsonSchema, { type: 'integer', minimum: 1, maximum: MAX_PAGE })
    },
  })

const headers = ['ETag', 'Cache-Control', 'Accept-Ranges', 'Content-Disposition', 'Repr-Digest'] as const
/** Always a PNG; generated clients know the first one as bytes. */
const contentTypes = { 'application/octet-stream': binary, 'image/png': binary }

/** Does not count as a view. */
export function getPagePicture(pages: DocumentPages, read: ReadDocument, reachOf: ReachOf): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/documents/{id}/pages/{page}',
    operationId: 'getPagePicture',
    summary: 'A picture of a page of a document',
    policy: 'read',
    description:
      'Of a PDF, and of the pages of PNG, JPEG and TIFF. It is drawn when it is asked for first, and kept. Text is for ' +
      'reading at /documents/{id}/text.',
    params: z.object({ id, page }),
    query: z.object({
      scale: wholeNumber({ min: 1, max: 3, fallback: 2 }).meta({
        description:
          'pixels for each point of the page, an inch having 72; an image has at most as many as a page of A4. A very large page ' +
          'has fewer.',
      }),
    }),
    headers: {
      'If-None-Match': 'the ETag of the picture: 304 when it is the same',
      Range: 'one range of bytes: 206',
      'If-Range': 'an ETag: the range is for this picture, else all of it is sent',
    },
    responses: {
      200: { description: 'the picture', contentTypes, headers },
      206: { description: 'the bytes of the range', contentTypes, headers: [...headers, 'Content-Range'] },
      304: { description: 'not changed', headers: ['ETag', 'Cache-Control'] },
    },
    problems: [
      'document-not-found',
      'page-not-found',
      'page-not-drawable',
      'range-not-satisfiable',
      'content-damaged',
    ],
    async handle({ params, query, headers, head }, { principal, requestId }) {
      const { document } = await read(params.id, reachOf(principal, 'read'))
      const picture = await pages.picture(document, params.page, query.scale as Scale)
      const sha256 = createHash('sha256').update(picture).digest('hex')
      return deliver(
        {
          tag: sha256,
          size: picture.length,
          contentType: 'image/png',
          name: `${document.title} ${params.page}`,
          sha256,
          open: async (range) =>
            Readable.from([range ? picture.subarray(range.start, range.end + 1) : picture]),
        },
        { headers, head, requestId },
      )
    },
  })
}
