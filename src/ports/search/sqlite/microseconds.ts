import { formatTime } from '../../../domain/time.ts'

/** @param time ISO 8601 in UTC, with a fraction of any length @returns since 1970 */
export function microsecondsOf(time: string): number {
  const [, fraction = ''] = /\.(\d+)Z$/.exec(time) ?? []
  return Math.floor(Date.parse(time) / 1_000) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'))
}

/** The time in docmgr's format. @param time microseconds since 1970 */
export function formatMicroseconds(time: number): string {
  const seconds = Math.floor(time / 1_000_000)
  const fraction = String(time - seconds * 1_000_000).padStart(6, '0')
  return formatTime(new Date(seconds * 1_000).toISOString().replace(/\.\d+Z$/, `.${fraction}Z`))
}
