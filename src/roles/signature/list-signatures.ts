import { z } from 'zod'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { id } from '../../http/fields.ts'
import { anyOf } from '../../http/query.ts'
import {
  type PageOptions,
  pageParameters,
  pageResponses,
  respondWithPage,
  SIGNATURES,
} from './signature-pages.ts'

export function listSignatures(options: PageOptions): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: SIGNATURES,
    operationId: 'listSignatures',
    summary: 'List signatures, newest first',
    policy: 'list',
    query: z.object({ ...pageParameters, document_id: anyOf(id) }),
    responses: pageResponses,
    problems: ['content-damaged'],
    handle: ({ query }) => respondWithPage(SIGNATURES, query, options),
  })
}
