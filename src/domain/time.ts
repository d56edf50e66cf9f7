/** docmgr's times are texts in ISO 8601, in UTC, with microseconds: a fraction of six digits, or none when it is zero. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/

/** Whether a text is a time in docmgr's format, and one that PostgreSQL can store (it has no year 0). */
export const isTime = (text: string): boolean =>
  TIME.test(text) && !Number.isNaN(Date.parse(text)) && !text.startsWith('0000')

/** An ISO 8601 time in UTC, with a fraction of any length, in docmgr's format. A text that is no such time is returned as it is. */
export function formatTime(time: string): string {
  const [, seconds, fraction = ''] = /^([^.]*?)(?:\.(\d+))?Z$/.exec(time) ?? []
  if (seconds === undefined) return time
  return /[1-9]/.test(fraction) ? `${seconds}.${fraction.slice(0, 6).padEnd(6, '0')}Z` : `${seconds}Z`
}
