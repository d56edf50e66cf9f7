/** Totals of lists. They are headers, because a list is an array, whatever else is asked for. */
import { MAX_TOTAL } from '../domain/total.ts'
import { flag } from './query.ts'
import type { ResponseHeader } from './response-headers.ts'

export const totalParameter = flag.describe(
  `true: the headers X-Total-Count and X-Total-Is-Exact tell how many the list has, counted up to ${MAX_TOTAL}`,
)
export const TOTAL_HEADERS = ['X-Total-Count', 'X-Total-Is-Exact'] as const satisfies ResponseHeader[]

/** @param count how many the list has, counted to at most one more than MAX_TOTAL; undefined: nobody asked */
export function totalHeaders(count: number | undefined): Record<string, string> {
  if (count === undefined) return {}
  return {
    'x-total-count': String(Math.min(count, MAX_TOTAL)),
    'x-total-is-exact': String(count <= MAX_TOTAL),
  }
}
