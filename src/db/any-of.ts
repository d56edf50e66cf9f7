/** Conditions on a column that has any of several values. One value keeps the plain comparison, whose plan can also sort. */

type Bind = (value: unknown) => string

/** @param bind adds a parameter and returns its name; the column is a text or has a type that its texts are cast to */
export function isAny(column: string, values: readonly unknown[], bind: Bind): string {
  return values.length === 1 ? `${column} = ${bind(values[0])}` : `${column} = ANY (${bind(values)})`
}

/** In any case. The database changes the case on both sides, as its indexes do. */
export function isAnyCaseless(column: string, values: readonly unknown[], bind: Bind): string {
  if (values.length === 1) return `lower(${column}) = lower(${bind(values[0])})`
  return `lower(${column}) = ANY (ARRAY (SELECT lower(value) FROM unnest(${bind(values)}::text[]) AS value))`
}

/** Has any of the parts, in any case. */
export function containsAny(column: string, parts: readonly unknown[], bind: Bind): string {
  const patterns = parts.map((part) => `%${String(part).replace(/[\\%_]/g, '\\$&')}%`)
  return patterns.length === 1
    ? `${column} ILIKE ${bind(patterns[0])}`
    : `${column} ILIKE ANY (${bind(patterns)}::text[])`
}
