import { z } from 'zod'
import type { ReachOf } from '../../domain/access.ts'
import { DomainError } from '../../domain/errors.ts'
import { deliver } from '../../http/content-delivery.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { binary, idParams } from '../../http/fields.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { ReadDocument } from './read-document.ts'

/** The document's own type, whatever it is; generated clients know the first one as bytes. */
const contentTypes = { 'application/octet-stream': binary, '*/*': z.unknown() }
const headers = ['ETag', 'Cache-Control', 'Accept-Ranges', 'Content-Disposition', 'Repr-Digest'] as const

/** Does not count as a view. */
export function getDocumentContent(read: ReadDocument, blobs: Blobs, reachOf: ReachOf): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/documents/{id}/content',
    operationId: 'getDocumentContent',
    summary: 'The content of a document, as an attachment',
    policy: 'read',
    description:
      'The bytes are checked against their SHA-256. A content of at most 1 MiB is checked before the answer begins. A larger ' +
      'one is checked while it is sent, and the connection breaks off before its end when it is damaged. Of a range of a ' +
      'larger one only the size is checked: compare what was put together with Repr-Digest.',
    params: idParams,
    headers: {
      'If-None-Match': 'the ETag of the content, its SHA-256: 304 when it is the same',
      Range: 'one range of bytes: 206',
      'If-Range': 'an ETag: the range is for this content, else all of it is sent',
    },
    responses: {
      200: { description: 'the bytes as they were stored', contentTypes, headers },
      206: {
        description: 'the bytes of the range',
        contentTypes,
        headers: [...headers, 'Content-Range'],
      },
      304: { description: 'not changed', headers: ['ETag', 'Cache-Control'] },
    },
    problems: ['document-not-found', 'range-not-satisfiable', 'content-damaged'],
    async handle({ params, headers, head }, context) {
      const { document } = await read(params.id, reachOf(context.principal, 'read'))
      // Rows that other programs wrote may have neither.
      const { s3_key: key, content_sha256: sha256 } = document
      if (key === null) throw new DomainError('not-found', 'the document has no content')
      const { content_size: size } = document
      const object = { bucket: 'documents', key, size, sha256 } as const
      return deliver(
        {
          tag: sha256 ?? `${document.id}.${size}`,
          size,
          contentType: document.content_type,
          name: document.title,
          sha256,
          open: (range) => blobs.open(object, range),
        },
        { headers, head, requestId: context.requestId },
      )
    },
  })
}
