import type { TextSummary } from '../domain/text-state.ts'

/** What became of a text, in a line: `indexed, 12 pages`. */
export function describeText({ state, reason, pages, language, cut }: TextSummary): string {
  const known = [
    reason === undefined ? state : `${state} (${reason})`,
    pages !== undefined && (pages === 1 ? '1 page' : `${pages} pages`),
    language,
    cut && 'not all of it',
  ]
  return known.filter(Boolean).join(', ')
}
