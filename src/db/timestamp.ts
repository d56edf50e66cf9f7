import { customType } from 'drizzle-orm/pg-core'

/**
 * PostgreSQL's text of a timestamptz in a UTC session (`2026-03-01 10:00:00.5+00`) as ISO 8601 with `Z` and a
 * fraction of six digits, or none when it is zero.
 */
export function isoFromPostgres(text: string): string {
  if (!text.endsWith('+00')) throw new Error(`the database session is not in UTC: ${text}`)
  const space = text.indexOf(' ')
  const dot = text.indexOf('.', space)
  const time = text.slice(space + 1, -3)
  // Without regular expressions, because lists contain dozens of times.
  return `${text.slice(0, space)}T${dot === -1 ? time : time.padEnd(dot - space + 6, '0')}Z`
}

/** A timestamptz column that is an ISO 8601 string in the program. */
export const timestamp = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp with time zone',
  fromDriver: isoFromPostgres,
})
