/** The fields of a search document by their treatment, derived from domain/document-fields.ts. */
import {
  DOCUMENT_FIELDS,
  type FieldDefinition,
  fieldDefinition,
  type FieldsWith,
  fieldsWhere,
  filterParameters,
  HIT_FIELDS,
  type HitField,
  queryName,
} from '../../domain/document-fields.ts'
import { isStatus } from '../../domain/document-status.ts'
import type { SearchFilters } from './port.ts'

export type SearchField = FieldsWith<{ search: string }>
export type WordsField = FieldsWith<{ search: 'words' }>

const fieldsTreatedAs = <Name extends SearchField>(
  ...treatments: FieldDefinition['search'][]
): readonly Name[] => fieldsWhere<Name>(({ search }) => search !== undefined && treatments.includes(search))

/** Fields with full text, besides the content. */
export const WORDS_FIELDS = fieldsTreatedAs<WordsField>('words')
export const INTERNAL_FIELDS = fieldsTreatedAs<FieldsWith<{ search: 'internal' }>>('internal')
/** Fields of a hit that are times. */
export const TIME_FIELDS = HIT_FIELDS.filter(
  (name): name is HitField & FieldsWith<{ type: 'timestamp' }> => DOCUMENT_FIELDS[name].type === 'timestamp',
)

/** Weight of a match in a field; a match in the content weighs 1. */
export const weightOf = (name: WordsField): number => fieldDefinition(name).weight ?? 1

/** One condition of a filter on the exact value of a field. */
export interface Condition {
  field: SearchField
  /** `from` is inclusive, `to` exclusive */
  operator: 'equal' | 'caseless' | 'from' | 'to'
  /** the field has any of them; one for `from` and `to` */
  values: [string, ...string[]]
}

/** The subjects one of which has to be a reader; undefined: documents of everybody. */
export const readersIn = (conditions: readonly Condition[]): readonly string[] | undefined =>
  conditions.find(({ field }) => field === 'readers')?.values

export const exceptReaders = (conditions: readonly Condition[]): Condition[] =>
  conditions.filter(({ field }) => field !== 'readers')

/** The fields that a query can name for their exact value (`status:sent`): those with such a filter. */
export const VALUE_FIELDS = fieldsWhere<SearchField>(
  ({ filter }) => filter?.search === true && (filter.match === 'equal' || filter.match === 'caseless'),
).map((field) => ({
  name: queryName(field),
  field,
  operator: fieldDefinition(field).filter!.match as 'equal' | 'caseless',
}))

/** Whether a document can have this value. */
export const isValueOf = (field: SearchField, value: string): boolean =>
  fieldDefinition(field).type === 'status'
    ? isStatus(value)
    : value !== '' && value.isWellFormed() && !value.includes('\0')

const PARAMETERS = Object.entries(filterParameters('search')).map(([parameter, { field, operator }]) => {
  if (operator === 'contains') throw new Error(`${field}: a search has no filter of the kind "contains"`)
  return { parameter: parameter as keyof SearchFilters, field: field as SearchField, operator }
})

/** The conditions of the filters that are given. */
export function conditionsOf(filters: SearchFilters): Condition[] {
  return PARAMETERS.flatMap(({ parameter, field, operator }) => {
    const [first, ...others] = [filters[parameter] ?? []].flat()
    return first === undefined ? [] : [{ field, operator, values: [first, ...others] }]
  })
}
