import type { z } from 'zod'
import { documentSchema } from '../../http/document-schemas.ts'
import { entityTag, idempotencyKey } from '../../http/conditional.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import type { CreateDocument } from './create-document.ts'
import { requireOwnAddress } from './require-own-address.ts'
import { jsonForm, multipartForm, newContent, rawQuery, readNewDocument } from './read-new-document.ts'

export interface PostDocumentOptions {
  limits: { contentBytes: number }
  /** `required`: every request has a token, whose e-mail address is created_by by default */
  authMode: 'open' | 'required'
}

export function postDocument(create: CreateDocument, { limits, authMode }: PostDocumentOptions): Endpoint {
  const form = jsonForm(limits.contentBytes)
  const described = (schema: z.ZodType): z.ZodType =>
    authMode === 'open' ? schema : (schema as z.ZodObject).partial({ created_by: true })
  return defineEndpoint({
    method: 'POST',
    path: '/documents',
    operationId: 'createDocument',
    summary: 'Creates a document',
    policy: 'create',
    description:
      'As JSON with the content as a string; as multipart/form-data with the content as the part `file` and the other ' +
      'fields as parts; or with the content as the body, its type as Content-Type, and title and created_by in the query.',
    query: rawQuery,
    rawBody: {
      schemas: {
        'application/json': described(form),
        'multipart/form-data': described(multipartForm),
        'application/octet-stream': newContent,
      },
    },
    headers: { 'Idempotency-Key': idempotencyKey },
    responses: {
      201: {
        description: 'the document',
        schema: documentSchema,
        headers: ['ETag', 'Location', 'Idempotency-Replayed'],
      },
    },
    problems: ['forbidden', 'request-in-progress', 'idempotency-key-reused'],
    async handle({ request, query }, context) {
      const { principal } = context
      const { contentBytes: maxBytes } = limits
      const checkCreator = (address: string) => requireOwnAddress(address, principal, authMode)
      const input = await readNewDocument({ request, query, principal, maxBytes, form, checkCreator })
      const { document, repeated } = await create(input, context)
      const headers = {
        location: `/documents/${document.id}`,
        etag: entityTag(document.version),
        ...(repeated && { 'idempotency-replayed': 'true' }),
      }
      return { status: 201, headers, json: document }
    },
  })
}
