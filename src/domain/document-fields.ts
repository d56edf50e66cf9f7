/**
 * The one table of a document's fields: each entry is a column of documents.documents with the same name. SQL column
 * lists, row types, REST schemas, list and search filters, facets, change messages, search documents and the values of
 * the gRPC message derive from it. The compiler compares documents.documents in db/schema.ts with it;
 * proto/document.proto is written by hand. CONTRIBUTING.md has the recipe for a new field.
 */
import type { FieldDefinition, FieldTypes } from './field-definition.ts'
import type { TextSummary } from './text-state.ts'

export type { FieldDefinition, FieldType } from './field-definition.ts'

/** In the order of the JSON of a document. */
export const DOCUMENT_FIELDS = {
  id: {
    type: 'uuid',
    visibility: 'public',
    example: '019aa1b2-0000-7000-8000-000000000001',
    search: 'stored',
    grpc: true,
  },
  title: {
    type: 'text',
    maxChars: 255,
    example: 'Lease',
    visibility: 'public',
    input: true,
    reportsUpdate: true,
    search: 'words',
    weight: 4,
    filter: { match: 'contains', search: false },
    grpc: true,
  },
  file_name: {
    type: 'text',
    maxChars: 1_024,
    nullable: true,
    example: 'contracts/lease.pdf',
    visibility: 'public',
    description: 'of the file that the content was, with its folders where the client gave them',
    input: true,
    reportsUpdate: true,
    search: 'words',
    weight: 1,
    filter: { match: 'contains', search: false },
    grpc: true,
  },
  content_type: {
    type: 'mediaType',
    maxChars: 255,
    example: 'text/plain',
    visibility: 'public',
    input: true,
    reportsUpdate: true,
    search: 'keyword',
    filter: { match: 'equal', search: true },
    facet: true,
    grpc: true,
  },
  content_size: {
    type: 'bigint',
    visibility: 'public',
    description: 'bytes',
    example: 34,
    reportsUpdate: true,
    search: 'stored',
    grpc: true,
  },
  content_sha256: {
    type: 'sha256',
    nullable: true,
    visibility: 'public',
    description: 'hexadecimal; the ETag of the content',
    example: '315f5bdb76d078c43b8ac0064e4a0164612b1fce77c869345bfc94c75894edd3',
    reportsUpdate: true,
    search: 'internal',
    filter: { match: 'equal', search: false },
    grpc: true,
  },
  /** null for a row whose content was never stored; such a row is not indexed */
  s3_key: {
    type: 'text',
    maxChars: 255,
    nullable: true,
    visibility: 'public',
    description: 'the key of the content in object storage',
    example: '019aa1b2-0000-7000-8000-000000000001/content',
    reportsUpdate: true,
    grpc: true,
  },
  status: {
    type: 'status',
    visibility: 'public',
    example: 'created',
    search: 'keyword',
    filter: { match: 'equal', search: true },
    facet: true,
    grpc: true,
  },
  created_by: {
    type: 'email',
    maxChars: 320,
    visibility: 'public',
    example: 'ada@example.com',
    input: true,
    reportsUpdate: true,
    search: 'keyword',
    filter: { match: 'caseless', search: true },
    facet: true,
    grpc: true,
  },
  created_at: {
    type: 'timestamp',
    visibility: 'public',
    example: '2026-03-01T09:30:00.123456Z',
    search: 'stored',
    filter: { match: 'range', search: true },
    grpc: true,
  },
  updated_at: {
    type: 'timestamp',
    visibility: 'public',
    example: '2026-03-01T09:30:00.123456Z',
    search: 'stored',
    grpc: true,
  },
  version: {
    type: 'integer',
    visibility: 'public',
    description: 'starts at 1, grows by one with every change; the ETag of the document',
    example: 1,
    search: 'stored',
    grpc: true,
  },
  text_state: {
    type: 'textState',
    visibility: 'text',
    description: 'what became of the text of the content: pending until it was read',
    example: 'indexed',
    search: 'internal',
    filter: { match: 'equal', search: true },
  },
  text_reason: { type: 'text', maxChars: 500, nullable: true, visibility: 'text' },
  text_pages: { type: 'integer', nullable: true, visibility: 'text' },
  /** ISO 639-1 */
  text_language: {
    type: 'text',
    maxChars: 16,
    nullable: true,
    visibility: 'text',
    example: 'en',
    search: 'internal',
    filter: { match: 'equal', search: true, parameter: 'language' },
    facet: true,
  },
  text_cut: { type: 'boolean', visibility: 'text' },
  /** its client gave no title: until its text was read it has the name of its file (document-title.ts) */
  takes_title: { type: 'boolean', visibility: 'event' },
  /** all subjects that have a role in it (access.ts), kept with the rows of documents.access */
  readers: { type: 'subjects', visibility: 'event', search: 'internal' },
  /** of the move to `signed`; set by the database, so that an archived document tells whether it was signed */
  signed_at: { type: 'timestamp', nullable: true, visibility: 'event' },
  deleted_at: { type: 'timestamp', nullable: true, visibility: 'event' },
  /** W3C trace context of the request that made the change */
  traceparent: { type: 'text', maxChars: 55, nullable: true, visibility: 'event' },
} as const satisfies Record<string, FieldDefinition>

type Fields = typeof DOCUMENT_FIELDS
export type DocumentField = keyof Fields

/** The names of the fields whose definition has these properties, such as `FieldsWith<{ facet: true }>`. */
export type FieldsWith<Property> = {
  [Name in DocumentField]: Fields[Name] extends Property ? Name : never
}[DocumentField]

export type FieldValue<Name extends DocumentField> =
  FieldTypes[Fields[Name]['type']] | (Fields[Name] extends { nullable: true } ? null : never)

/** The definition of a field without the literal types of its entry. */
export const fieldDefinition = (name: DocumentField): FieldDefinition => DOCUMENT_FIELDS[name]

/** The fields that satisfy a condition, in the order of the table. */
export function fieldsWhere<Name extends DocumentField = DocumentField>(
  condition: (definition: FieldDefinition) => boolean,
): readonly Name[] {
  return (Object.keys(DOCUMENT_FIELDS) as Name[]).filter((name) => condition(fieldDefinition(name)))
}

export const PUBLIC_FIELDS = fieldsWhere<FieldsWith<{ visibility: 'public' }>>(
  ({ visibility }) => visibility === 'public',
)
export const INPUT_FIELDS = fieldsWhere<FieldsWith<{ input: true }>>(({ input }) => input === true)
export const UPDATE_REPORTED_FIELDS = fieldsWhere<FieldsWith<{ reportsUpdate: true }>>(
  ({ reportsUpdate }) => reportsUpdate === true,
)
/** The fields of a search document, `content` and `deleted` aside. */
export const SEARCH_FIELDS = fieldsWhere<FieldsWith<{ search: string }>>(({ search }) => search !== undefined)
/** The fields of a search hit. */
export type HitField = FieldsWith<{ search: 'words' | 'keyword' | 'stored' }>
export const HIT_FIELDS = fieldsWhere<HitField>(({ search }) => search !== undefined && search !== 'internal')
/** The name of a field in queries and facets. */
export const queryName = (name: DocumentField): string => fieldDefinition(name).filter?.parameter ?? name
export const FACETS = fieldsWhere<FieldsWith<{ facet: true }>>(({ facet }) => facet === true)
export const GRPC_FIELDS = fieldsWhere<FieldsWith<{ grpc: true }>>(({ grpc }) => grpc === true)

/** A row of documents.documents as a change event carries it. */
export type DocumentRow = { -readonly [Name in DocumentField]: FieldValue<Name> }

/** A document as REST, the cache and messages show it. */
export interface Document extends Pick<DocumentRow, FieldsWith<{ visibility: 'public' }>> {
  text: TextSummary
}

/** A document with who may read it, as the service itself keeps it. */
export interface KeptDocument extends Document {
  readers: string[]
}

/** What others see of it. */
export const publicDocument = ({ readers: _, ...document }: KeptDocument): Document => document

/** Query parameters that select documents, by name: the field, and how its value is compared. */
export interface FilterParameter {
  field: DocumentField
  operator: 'equal' | 'caseless' | 'contains' | 'from' | 'to'
}

/** Whether the parameter can be given several times, for documents that have any of the values: a range cannot. */
export const takesSeveral = ({ operator }: FilterParameter): boolean =>
  operator !== 'from' && operator !== 'to'

/** @param where `list`: GET /documents; `search`: GET /search and GET /aggregations */
export function filterParameters(where: 'list' | 'search'): Record<string, FilterParameter> {
  const parameters: Record<string, FilterParameter> = {}
  for (const field of fieldsWhere(
    ({ filter }) => filter !== undefined && (where === 'list' || filter.search),
  )) {
    const { match } = fieldDefinition(field).filter!
    if (match === 'range') {
      const name = field.replace(/_at$/, '')
      parameters[`${name}_from`] = { field, operator: 'from' }
      parameters[`${name}_to`] = { field, operator: 'to' }
    } else {
      parameters[queryName(field)] = { field, operator: match }
    }
  }
  return parameters
}
