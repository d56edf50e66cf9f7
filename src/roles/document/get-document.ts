import { z } from 'zod'
import type { ReachOf } from '../../domain/access.ts'
import { viewerOf } from '../../domain/request.ts'
import { entityTag, isNotModified } from '../../http/conditional.ts'
import { documentSchema } from '../../http/document-schemas.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { idParams } from '../../http/fields.ts'
import type { ReadDocument } from './read-document.ts'

export function getDocument(read: ReadDocument, reachOf: ReachOf): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/documents/{id}',
    operationId: 'getDocument',
    summary: 'A document; counts a view',
    description:
      'HEAD counts none, and neither does `view=false`: such as who shows it already and looks whether it has changed.',
    policy: 'read',
    params: idParams,
    query: z.object({ view: z.enum(['true', 'false'], 'must be true or false').default('true') }),
    headers: { 'If-None-Match': 'an ETag: 304 while the document has this version' },
    responses: {
      200: { description: 'the document', schema: documentSchema, headers: ['ETag', 'Cache-Control'] },
      304: { description: 'not changed', headers: ['ETag', 'Cache-Control'] },
    },
    problems: ['document-not-found'],
    async handle({ params, query, headers, head }, context) {
      const { version, json } = await read(
        params.id,
        reachOf(context.principal, 'read'),
        head || query.view === 'false' ? undefined : viewerOf(context),
      )
      const etag = { etag: entityTag(version), 'cache-control': 'private, no-cache' }
      if (isNotModified(headers['if-none-match'], version)) return { status: 304, headers: etag }
      return { status: 200, headers: etag, jsonText: json }
    },
  })
}
