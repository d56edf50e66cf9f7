import type { SearchHit } from '../port.ts'
import { emphasize, fragmentsOf, type Span } from './emphasize.ts'
import type { MatchFinder } from './find-matches.ts'

/** A part of a text that is read as one. */
export interface Passage {
  text: string
  page: number | undefined
}

/**
 * A hit with what is shown of it: of its title, and of the first of these passages that has a match. The words of a passage end
 * with the first ones of the next, so the best one may have none.
 * @param passages the best one first; further ones are read only where it has no match
 */
export function highlight(
  hit: Omit<SearchHit, 'highlights' | 'page'>,
  passages: Iterable<Passage>,
  finder: MatchFinder,
): SearchHit {
  const inTitle = finder.inTitle(hit.title)
  const { passage, spans } = shownOf(passages, finder)
  const highlights = {
    ...(inTitle.length > 0 && { title: [emphasize(hit.title, inTitle)] }),
    ...(spans.length > 0 && { content: fragmentsOf(passage!.text, spans) }),
  }
  return { ...hit, page: passage?.page ?? null, highlights }
}

function shownOf(
  passages: Iterable<Passage>,
  { inContent, atEnd }: MatchFinder,
): { passage: Passage | undefined; spans: Span[] } {
  let first: Passage | undefined
  for (const passage of passages) {
    const spans = inContent(passage.text)
    if (spans.length > 0) return { passage, spans }
    first ??= passage
  }
  return { passage: first, spans: first === undefined ? [] : atEnd(first.text) }
}
