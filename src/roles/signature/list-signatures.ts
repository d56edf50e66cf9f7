import { z } from 'zod'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { id } from '../../http/fields.ts'
import { type PageOptions, pageParameters, pageResponses, respondWithPage } from './signature-pages.ts'

export function listSignatures(options: PageOptions): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/signatures',
    operationId: 'listSignatures',
    summary: 'List signatures, newest first',
    query: z.object({ ...pageParameters, document_id: id.optional() }),
    responses: pageResponses,
    problems: ['content-damaged'],
    handle: ({ query }) => respondWithPage('/signatures', query, options),
  })
}
