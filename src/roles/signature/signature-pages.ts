/** Pages of signatures, for both lists. */
import { z } from 'zod'
import { invalidField } from '../../domain/errors.ts'
import { isTime } from '../../domain/time.ts'
import { cursorParameter, decodeCursor, encodeCursor, nextLink } from '../../http/cursor.ts'
import type { Endpoint, HttpResponse } from '../../http/endpoint.ts'
import { dateTime, email, wholeNumber } from '../../http/fields.ts'
import { addressForms } from '../../runtime/email-address.ts'
import { anyOf } from '../../http/query.ts'
import { TOTAL_HEADERS, totalHeaders, totalParameter } from '../../http/total.ts'
import type { SignatureAccess, Sight } from './signature-access.ts'
import { type SignatureImages, withoutData, withoutEvidence } from './signature-images.ts'
import { signatureSchema } from './signature-schema.ts'
import type { SignatureStore, StoredSignature } from './signature-store.ts'

const MAX_LIMIT = 200
const DEFAULT_LIMIT = 100
/** Each may have a megabyte of data. */
const MAX_LIMIT_WITH_DATA = 20
const NOT_GIVEN = -1
export const SIGNATURES = '/signatures'
const MAX_SKIP = 1_000_000

export const pageParameters = {
  skip: wholeNumber({ min: 0, max: MAX_SKIP, fallback: 0 }),
  limit: wholeNumber({ min: 0, max: MAX_LIMIT, fallback: NOT_GIVEN }).describe(
    `by default ${DEFAULT_LIMIT}; with signature_data at most ${MAX_LIMIT_WITH_DATA}, and by default`,
  ),
  cursor: cursorParameter,
  total: totalParameter,
  include: z.enum(['signature_data'], 'must be signature_data').optional(),
  signer_email: anyOf(email, 'compared without case; can be repeated: any of the values', addressForms),
  signed_from: dateTime.optional().describe('inclusive'),
  signed_to: dateTime.optional().describe('exclusive'),
}
type PageQuery = z.output<z.ZodObject<typeof pageParameters>> & { document_id?: string[] | undefined }

export const pageResponses = {
  200: {
    description: 'newest first; the header Link names the next page',
    schema: z.array(signatureSchema),
    headers: ['Link', ...TOTAL_HEADERS],
  },
} satisfies Endpoint['responses']

export interface PageOptions {
  store: SignatureStore
  images: SignatureImages
  access: SignatureAccess
}

export interface PageRequest {
  /** of the list */
  path: string
  query: PageQuery
  /** what the caller may see of the documents that the query names */
  sight: Sight
  /** the same of others */
  sightOf(documentIds: readonly string[]): Promise<Sight>
}

export async function respondWithPage(
  { path, query, sight, sightOf }: PageRequest,
  { store, images }: PageOptions,
): Promise<HttpResponse & { json: object[] }> {
  const limit = limitOf(query)
  const { skip, cursor, include, total, document_id, ...filters } = query
  const filter = {
    documentIds: document_id,
    signerEmails: filters.signer_email,
    signedFrom: filters.signed_from,
    signedTo: filters.signed_to,
    ...(!sight.seesAll && { visible: visibleTo(sight, document_id) }),
  }
  const after = cursor === undefined ? undefined : decodeCursor(cursor, filter, isTime)
  // One more row tells whether there is a next page.
  const [rows, count] = await Promise.all([
    store.list(filter, { skip, after, limit: limit + 1 }),
    total === 'true' ? store.count(filter) : undefined,
  ])
  const headers = totalHeaders(count)
  const page = rows.slice(0, limit)
  // Who may read all documents owns only some.
  const isOfMany = sight.seesAll && document_id === undefined
  const evidence = isOfMany ? await sightOf(page.map((row) => row.document_id)) : sight
  const shown = async (row: StoredSignature): Promise<object> => {
    if (!evidence.maySeeEvidence(row)) return withoutEvidence(row)
    return include ? await images.withData(row) : withoutData(row)
  }
  const json = await Promise.all(page.map(shown))
  const last = page.at(-1)
  if (!last || rows.length <= limit) return { status: 200, headers, json }
  const inPath = path !== SIGNATURES
  const given = {
    ...filters,
    limit,
    include,
    ...(total === 'true' && { total }),
    ...(!inPath && { document_id }),
  }
  const link = nextLink(path, given, encodeCursor({ key: last.signed_at, id: last.id }, filter))
  return { status: 200, headers: { ...headers, link }, json }
}

/** One's own signatures, and those of the documents among the given ones that one may read. */
const visibleTo = ({ address, mayRead }: Sight, documentIds: string[] = []) => ({
  signerEmails: address === undefined ? [] : addressForms(address),
  documentIds: documentIds.filter(mayRead),
})

function limitOf({ limit, include }: PageQuery): number {
  if (limit === NOT_GIVEN) return include ? MAX_LIMIT_WITH_DATA : DEFAULT_LIMIT
  if (include && limit > MAX_LIMIT_WITH_DATA) {
    throw invalidField('query.limit', `must be at most ${MAX_LIMIT_WITH_DATA} with include=signature_data`)
  }
  return limit
}
