import { type FieldType, fieldDefinition, SEARCH_FIELDS } from '../../../domain/document-fields.ts'
import { type SearchField, WORDS_FIELDS, type WordsField } from '../fields.ts'
import type { StoredDocument } from '../port.ts'
import { formatMicroseconds, microsecondsOf } from './microseconds.ts'

/** What a column of the index file can hold. */
export type SqlValue = string | number | null | Uint8Array
type FieldContent = StoredDocument[SearchField]

interface ColumnType {
  sql: 'TEXT' | 'INTEGER' | 'BLOB'
  encode(value: NonNullable<FieldContent>): SqlValue
  decode(value: NonNullable<SqlValue>): NonNullable<FieldContent>
}

const plain = (sql: 'TEXT' | 'INTEGER'): ColumnType => ({
  sql,
  encode: (value) => value as string | number,
  decode: (value) => value as string | number,
})
const hex = (decode: (digits: string) => string): ColumnType => ({
  sql: 'BLOB',
  encode: (value) => Buffer.from(String(value).replaceAll('-', ''), 'hex'),
  decode: (value) => decode(Buffer.from(value as Uint8Array).toString('hex')),
})
const UUID = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/

const TYPES: Record<FieldType, ColumnType> = {
  uuid: hex((digits) => digits.replace(UUID, '$1-$2-$3-$4-$5')),
  sha256: hex((digits) => digits),
  text: plain('TEXT'),
  email: plain('TEXT'),
  mediaType: plain('TEXT'),
  status: plain('TEXT'),
  textState: plain('TEXT'),
  boolean: plain('INTEGER'),
  integer: plain('INTEGER'),
  bigint: plain('INTEGER'),
  timestamp: {
    sql: 'INTEGER',
    encode: (value) => microsecondsOf(String(value)),
    decode: (value) => formatMicroseconds(Number(value)),
  },
  subjects: {
    sql: 'TEXT',
    encode: (value) => JSON.stringify(value),
    decode: (value) => JSON.parse(String(value)) as string[],
  },
}

const typeOf = (name: SearchField): ColumnType => TYPES[fieldDefinition(name).type]

/** A value of a field as its column has it. */
export const encode = (name: SearchField, value: FieldContent): SqlValue =>
  value === null ? null : typeOf(name).encode(value)

const decode = (name: SearchField, value: SqlValue): FieldContent =>
  (value === null ? null : typeOf(name).decode(value)) as FieldContent

export const encodeId = (id: string): SqlValue => encode('id', id)
export const decodeId = (id: SqlValue): string => decode('id', id) as string

/** Fields that are compared without case have a second column in lower case. */
const CASELESS = SEARCH_FIELDS.filter((name) => fieldDefinition(name).filter?.match === 'caseless')
export const lowerColumn = (name: SearchField): string => `${name}_lower`

interface Column {
  name: string
  type: ColumnType['sql']
  valueOf(document: StoredDocument): SqlValue
}

/** The columns of a document's fields. */
export const COLUMNS: readonly Column[] = [
  ...SEARCH_FIELDS.map((name) => ({
    name,
    type: typeOf(name).sql,
    valueOf: (document: StoredDocument) => encode(name, document[name]),
  })),
  ...CASELESS.map((name) => ({
    name: lowerColumn(name),
    type: 'TEXT' as const,
    valueOf: (document: StoredDocument) => String(document[name]).toLowerCase(),
  })),
]

/** Where `words` has the stems and other forms of the words of a field. */
export const relatedColumn = (name: WordsField): string => `${name}_related`

/** Of each field with full text the words that it has, and related ones. */
export const FIELD_COLUMNS: readonly string[] = WORDS_FIELDS.flatMap((name) => [name, relatedColumn(name)])

/** The fields of a row. */
export const fieldsOf = <Name extends SearchField>(
  row: Record<string, SqlValue>,
  names: readonly Name[],
): Pick<StoredDocument, Name> =>
  Object.fromEntries(names.map((name) => [name, decode(name, row[name]!)])) as Pick<StoredDocument, Name>
