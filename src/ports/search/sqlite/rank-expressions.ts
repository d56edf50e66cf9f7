/** FTS5 expressions of what documents are ranked by. */
import type { PlanMatch } from '../query/query-plan.ts'
import type { TextClause } from './compile-plan.ts'
import {
  allOf,
  anyOf,
  type Forms,
  formsExpression,
  passageExpression,
  prominentExpression,
  titleExpression,
} from './match-expression.ts'

/** Expressions of documents that need no other form of a word, or no guess, where others may. */
export function betterForms(clauses: readonly TextClause[]): { exact?: string; certain?: string } {
  const needed = clauses.filter(({ isOptional }) => !isOptional)
  const has = (form: Forms): boolean => needed.some(({ matches }) => inForms(matches, form) !== undefined)
  function all(...forms: Forms[]): string {
    const each = needed.map(({ matches }) => inForms(matches, ...forms)!)
    return each.length === 1 ? each[0]! : allOf(each)
  }
  return {
    ...(has('related') && { exact: all('exact') }),
    ...(has('similar') && { certain: all('exact', 'related') }),
  }
}

export function inForms(matches: readonly PlanMatch[], ...forms: Forms[]): string | undefined {
  return joined(matches.map((match) => formsExpression(match, ...forms)))
}

/** What documents with an alternative of a clause are ranked by. */
export const prominenceOf = (matches: readonly PlanMatch[]) => ({
  title: inTitle(matches, 'exact'),
  relatedTitle: inTitle(matches, 'related'),
  prominent: joined(matches.map(prominentExpression)),
})

/** What documents with a match of a clause are ranked by. */
export const formsOf = ({ matches }: TextClause) => ({
  exact: inForms(matches, 'exact')!,
  certain: inForms(matches, 'exact', 'related')!,
  hasRelated: inForms(matches, 'related') !== undefined,
  hasSimilar: inForms(matches, 'similar') !== undefined,
})

function inTitle(matches: readonly PlanMatch[], form: Forms): string | undefined {
  const ofTitles = matches.filter(({ field }) => field === undefined || field === 'title')
  return joined(ofTitles.map((match) => titleExpression(match, form)))
}

/** Any of the expressions; undefined: there is none. */
function joined(expressions: readonly (string | undefined)[]): string | undefined {
  const given = expressions.filter((expression) => expression !== undefined)
  return given.length === 0 ? undefined : anyOf(given)
}

/** All words one after the other, as they stand in the query. */
export function phraseOf(clauses: readonly TextClause[]): string | undefined {
  const words = clauses.map(({ matches: [match] }) => (match?.kind === 'word' ? match.word : undefined))
  if (!words.every((word) => word !== undefined)) return undefined
  return passageExpression({ kind: 'phrase', words, field: undefined, endsInPrefix: false })
}
