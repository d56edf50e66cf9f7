import type { Pool } from 'pg'
import { z } from 'zod'
import { DomainError, invalidField } from '../../domain/errors.ts'
import type { RequestContext } from '../../domain/request.ts'
import { isTime } from '../../domain/time.ts'
import { decodeCursor, encodeCursor, nextLink } from '../../http/cursor.ts'
import { defineEndpoint, type Endpoint, type Reply } from '../../http/endpoint.ts'
import { dateTime, email, id, idParams, wholeNumber } from '../../http/fields.ts'
import type { Documents } from '../../ports/documents/port.ts'
import { type SignatureReader, withoutData } from './signature-reader.ts'
import { signatureSchema } from './signature-schema.ts'
import { listSignatures } from './signature-store.ts'

export interface ListOptions {
  pool: Pool
  reader: SignatureReader
  documents: Documents
}

const MAX_LIMIT = 200
const DEFAULT_LIMIT = 100
/** Each may have a megabyte of data. */
const MAX_LIMIT_WITH_DATA = 20
const NOT_GIVEN = -1
const MAX_SKIP = 1_000_000

const page = {
  skip: wholeNumber({ min: 0, max: MAX_SKIP, fallback: 0 }),
  limit: wholeNumber({ min: 0, max: MAX_LIMIT, fallback: NOT_GIVEN }).describe(
    `by default ${DEFAULT_LIMIT}; with signature_data ${MAX_LIMIT_WITH_DATA}, which is then the most`,
  ),
  cursor: z.string().optional().describe('from the header Link of the page before'),
  include: z.enum(['signature_data'], 'must be signature_data').optional(),
  signer_email: email.optional().describe('compared without case'),
  signed_from: dateTime.optional().describe('included'),
  signed_to: dateTime.optional().describe('not included'),
}
const documentQuery = z.object(page)
const query = z.object({ ...page, document_id: id.optional() })
type Query = z.output<typeof query>

const responses = {
  200: { description: 'newest first; the header Link names the next page', schema: z.array(signatureSchema) },
}

/** GET /signatures */
export function listAllSignatures(options: ListOptions): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/signatures',
    operationId: 'listSignatures',
    summary: 'List signatures, newest first',
    query,
    responses,
    handle: async ({ query }) => replyWith(await readPage('/signatures', query, options)),
  })
}

/** GET /documents/{id}/signatures */
export function listDocumentSignatures(options: ListOptions): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/documents/{id}/signatures',
    operationId: 'listDocumentSignatures',
    summary: 'List the signatures of a document, newest first',
    params: idParams,
    query: documentQuery,
    responses,
    async handle({ params, query }, context) {
      const path = `/documents/${params.id}/signatures`
      const found = await readPage(path, { ...query, document_id: params.id }, options)
      // Only where there is nothing to show: what is signed exists.
      if (found.signatures.length === 0) await checkExists(params.id, options.documents, context)
      return replyWith(found)
    },
  })
}

interface PageFound {
  signatures: object[]
  link: string | undefined
}

async function readPage(path: string, query: Query, { pool, reader }: ListOptions): Promise<PageFound> {
  const limit = limitOf(query)
  const { skip, cursor, include, signer_email, document_id, signed_from, signed_to } = query
  const filter = {
    documentId: document_id,
    signerEmail: signer_email,
    signedFrom: signed_from,
    signedTo: signed_to,
  }
  const after = cursor === undefined ? undefined : decodeCursor(cursor, filter, isTime)
  // One more than asked tells whether there is a next page.
  const rows = await listSignatures(pool, filter, { skip, after, limit: limit + 1 })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const given = {
    limit,
    include,
    signer_email,
    signed_from,
    signed_to,
    ...(path === '/signatures' && { document_id }),
  }
  return {
    signatures: include ? await Promise.all(shown.map(reader.withData)) : shown.map(withoutData),
    link:
      last && rows.length > limit
        ? nextLink(path, given, encodeCursor({ key: last.signed_at, id: last.id }, filter))
        : undefined,
  }
}

function limitOf({ limit, include }: Query): number {
  if (limit === NOT_GIVEN) return include ? MAX_LIMIT_WITH_DATA : DEFAULT_LIMIT
  if (include && limit > MAX_LIMIT_WITH_DATA) {
    throw invalidField('query.limit', `must be at most ${MAX_LIMIT_WITH_DATA} with include=signature_data`)
  }
  return limit
}

async function checkExists(documentId: string, documents: Documents, context: RequestContext): Promise<void> {
  const { exists } = await documents.exists(documentId, context)
  if (!exists) throw new DomainError('document-not-found', `there is no document ${documentId}`)
}

function replyWith({ signatures, link }: PageFound): Reply {
  return { status: 200, json: signatures, ...(link !== undefined && { headers: { link } }) }
}
