import pg from 'pg'
import { isoFromPostgres } from './timestamp.ts'

/** A column's value as an event carries it. */
export type ColumnValue = string | number | boolean | string[] | null

type Parse = (text: string) => ColumnValue

const keepText: Parse = (text) => text

/** A time outside of the calendar (`infinity`) keeps PostgreSQL's text, so that one odd value does not stop the feed. */
const parseTime: Parse = (text) => (text.endsWith('+00') ? isoFromPostgres(text) : text)

const TEXT_ARRAY = 1009

/** By the type's OID (pg_type.dat): int8, int2, int4, oid, float4, float8, bool, timestamptz, text[]. */
const PARSERS = new Map<number, Parse>([
  [20, Number],
  [21, Number],
  [23, Number],
  [26, Number],
  [700, Number],
  [701, Number],
  [16, (text) => text === 't'],
  [1184, parseTime],
  [TEXT_ARRAY, pg.types.getTypeParser(TEXT_ARRAY as never, 'text') as Parse],
])

/** The parser for the texts of columns of this type, as change events carry them. It never throws. */
export function columnParser(typeOid: number): Parse {
  return PARSERS.get(typeOid) ?? keepText
}

/** For queries of pg whose rows have the values that change events carry. */
export const EVENT_VALUES = { getTypeParser: columnParser } as never
