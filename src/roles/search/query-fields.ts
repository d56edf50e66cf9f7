/** Schemas that the endpoints of this role share. */
import { z } from 'zod'
import { dateTime, status, text } from '../../http/fields.ts'
import type { SearchFilters } from '../../ports/search/port.ts'

export const MAX_QUERY_CHARS = 1_000

/**
 * Text to look for. Unlike text that is stored, it may have any characters: those that no document can have are
 * looked for in vain.
 */
export function queryText(min: number): z.ZodType<string, string> {
  const rule = `must have from ${min} to ${MAX_QUERY_CHARS} characters`
  return z
    .string('is required')
    .refine(({ length }) => length >= min && length <= MAX_QUERY_CHARS, rule)
    .meta({ description: `at most ${MAX_QUERY_CHARS} characters` }) as unknown as z.ZodType<string, string>
}

/** Parameters that narrow what is found. */
export const filterFields = {
  status: status.optional(),
  created_by: text({ min: 1, max: 320 }).optional(),
  content_type: text({ min: 1, max: 255 }).optional(),
  created_from: dateTime.optional().meta({ description: 'not older than this' }),
  created_to: dateTime.optional().meta({ description: 'older than this' }),
}

/** Those of the filters that were given. */
export function filtersOf(query: z.output<z.ZodObject<typeof filterFields>>): SearchFilters {
  const { status, created_by, content_type, created_from, created_to } = query
  return {
    ...(status !== undefined && { status }),
    ...(created_by !== undefined && { created_by }),
    ...(content_type !== undefined && { content_type }),
    ...(created_from !== undefined && { created_from }),
    ...(created_to !== undefined && { created_to }),
  }
}
