import type { AnalyzedDocument } from '../ports/search/analysis/analyze-document.ts'
import type { PlanMatch, QueryPlan } from '../ports/search/query/query-plan.ts'

/** Whether a document matches, by a scan of all that its analysis gives; values of fields are not known. */
export const matchesPlan = (document: AnalyzedDocument, plan: QueryPlan): boolean =>
  plan.length > 0 &&
  plan.every((clause) =>
    clause.some(({ match, excluded }) => match.kind !== 'value' && matches(document, match) !== excluded),
  )

function matches({ titleWords, titleKeys, textKeys, passages }: AnalyzedDocument, match: PlanMatch): boolean {
  const texts = [titleWords, ...(match.field === undefined ? passages.map(({ words }) => words) : [])]
  if (match.kind === 'phrase') return texts.some((words) => hasPhrase(words, match.words, match.endsInPrefix))
  const keys = match.field === undefined ? [...titleKeys, ...textKeys] : titleKeys
  if (match.kind === 'prefix')
    return texts.some((words) => words.some((word) => word.startsWith(match.prefix)))
  return (
    match.isOptional || [match.word, ...match.related, ...match.similar].some((key) => keys.includes(key))
  )
}

function hasPhrase(words: readonly string[], phrase: readonly string[], endsInPrefix: boolean): boolean {
  const last = phrase.length - 1
  return words.some((_, start) =>
    phrase.every((word, place) =>
      place === last && endsInPrefix ? words[start + place]?.startsWith(word) : words[start + place] === word,
    ),
  )
}
