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
    description:
      "Where tokens are required, these are the caller's own, and with document_id those of the documents among them that the " +
      'caller may read; administrators and auditors get all.',
    policy: 'list',
    query: z.object({ ...pageParameters, document_id: anyOf(id) }),
    responses: pageResponses,
    problems: ['content-damaged'],
    async handle({ query }, context) {
      const sightOf = (ids: readonly string[]) => options.access.sightOf(ids, context)
      const sight = await sightOf(query.document_id ?? [])
      return respondWithPage({ path: SIGNATURES, query, sight, sightOf }, options)
    },
  })
}
