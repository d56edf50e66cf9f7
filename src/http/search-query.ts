import { z } from 'zod'
import { MAX_QUERY_WORDS, QUERY_SYNTAX } from '../domain/query-syntax.ts'
import { hasCharacters } from './fields.ts'

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
