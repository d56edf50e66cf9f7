import type { TextSummary } from '../domain/text-state.ts'
import { countOf } from './format-number.ts'

/** What became of a text, in a line: `indexed, 12 pages`. */
export function describeText({ state, reason, pages, language, cut }: TextSummary): string {
  const known = [
    reason === undefined ? state : `${state} (${reason})`,
    pages !== undefined && countOf(pages, 'page'),
    language,
    cut && 'not all of it',
  ]
  return known.filter(Boolean).join(', ')
}
