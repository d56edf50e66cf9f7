import { fieldDefinition, SEARCH_FIELDS } from '../../../domain/document-fields.ts'
import type { FieldType } from '../../../domain/document-fields.ts'
import type { SearchField } from '../fields.ts'
import type { DriverDocument } from '../driver.ts'

const TYPES: Record<FieldType, string> = {
  uuid: 'uuid',
  text: 'text',
  sha256: 'text',
  email: 'text',
  mediaType: 'text',
  status: 'text',
  textState: 'text',
  boolean: 'bool',
  integer: 'int',
  bigint: 'bigint',
  timestamp: 'timestamptz',
}

/** The columns of search.documents, `vector` aside, with the PostgreSQL types of their parameters. */
export const COLUMN_TYPES: ReadonlyMap<keyof DriverDocument, string> = new Map<keyof DriverDocument, string>([
  ...SEARCH_FIELDS.map((name) => [name, TYPES[fieldDefinition(name).type]] as const),
  ['content', 'text'],
  ['deleted', 'bool'],
])

/** A column as the program reads it: times as PostgreSQL's text, 64-bit integers as numbers. */
export function selected(name: SearchField, table: string): string {
  const { type } = fieldDefinition(name)
  if (type === 'timestamp') return `${table}.${name}::text`
  return type === 'bigint' ? `${table}.${name}::float8` : `${table}.${name}`
}

/** Columns as `unnest($1::uuid[], $2::text[], …)`, and the values of these parameters. */
export function unnested(names: readonly (keyof DriverDocument)[]) {
  return {
    sql: `unnest(${names.map((name, index) => `$${index + 1}::${COLUMN_TYPES.get(name)!}[]`).join(', ')})`,
    values: (documents: readonly DriverDocument[]): unknown[][] =>
      names.map((name) => documents.map((document) => document[name])),
  }
}
