import { z } from 'zod'
import { DomainError } from '../../domain/errors.ts'
import { refusing } from '../../domain/refusals.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { idParams } from '../../http/fields.ts'
import type { Documents } from '../../ports/documents/port.ts'
import { type PageOptions, pageParameters, pageResponses, respondWithPage } from './signature-pages.ts'

export function listDocumentSignatures(options: PageOptions & { documents: Documents }): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/documents/{id}/signatures',
    operationId: 'listDocumentSignatures',
    summary: 'List the signatures of a document, newest first',
    policy: 'read',
    params: idParams,
    query: z.object(pageParameters),
    responses: pageResponses,
    problems: ['document-not-found', 'content-damaged'],
    async handle({ params: { id }, query }, context) {
      const missing = new DomainError('document-not-found', `there is no document ${id}`)
      const sightOf = (ids: readonly string[]) => options.access.sightOf(ids, context)
      const sight = await sightOf([id])
      if (!sight.mayRead(id)) throw refusing(id, missing)
      const page = { path: `/documents/${id}/signatures`, query: { ...query, document_id: [id] } }
      const response = await respondWithPage({ ...page, sight, sightOf }, options)
      if (response.json.length > 0) return response
      // Only for an empty page: a document with signatures exists.
      const { exists } = await options.documents.exists(id, context)
      if (!exists) throw missing
      return response
    },
  })
}
