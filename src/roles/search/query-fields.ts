/** Query parameters of several endpoints of this role. */
import { z } from 'zod'
import { MAX_QUERY_WORDS, QUERY_SYNTAX } from '../../domain/query-syntax.ts'
import { filterShape } from '../../http/document-schemas.ts'
import { hasCharacters } from '../../http/fields.ts'
import type { SearchFilters } from '../../ports/search/port.ts'

const MAX_QUERY_CHARS = 1_000

/** For OpenAPI, in Markdown. */
const DESCRIPTION = `Any text is a query, and what is no operator is literal. At most ${MAX_QUERY_WORDS} words.

| example | finds |
|---|---|
${QUERY_SYNTAX.map(([example, meaning]) => `| \`${example}\` | ${meaning} |`).join('\n')}`

/** A query in the language of searches. */
export const searchQuery = (min: number): z.ZodType<string, string> =>
  queryText(min).meta({ description: DESCRIPTION })

/** The text of a query. Unlike stored text it may have any characters; no document has the ones that cannot be stored. */
export function queryText(min: number): z.ZodType<string, string> {
  const rule = `must have from ${min} to ${MAX_QUERY_CHARS} characters`
  return z
    .string('is required')
    .refine((q) => hasCharacters(q, min), rule)
    .refine((q) => q.length <= MAX_QUERY_CHARS || [...q].length <= MAX_QUERY_CHARS, rule)
    .meta({
      override: {
        ...(min > 0 && { minLength: min }),
        maxLength: MAX_QUERY_CHARS,
        examples: ['rent due'],
      },
    }) as unknown as z.ZodType<string, string>
}

const DESCRIPTIONS = { created_from: 'not older than this', created_to: 'older than this' }

/** The filters of a search, as parameters beside others. */
export const filterFields = filterShape('search', DESCRIPTIONS) as {
  [Name in keyof SearchFilters]-?: z.ZodType<SearchFilters[Name]>
}
