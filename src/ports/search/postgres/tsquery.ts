import { isTerm, positiveTerms, type Term, type TermClause } from '../query/terms.ts'
import { pairKey, titleKey, writtenKey } from './tsvector.ts'

/** The text of the tsquery that all of the clauses together are; values are left out. */
export const tsqueryOf = (clauses: readonly TermClause[]): string =>
  clauses
    .map((clause) =>
      clause.flatMap(({ match, excluded }) =>
        isTerm(match) ? [`${excluded ? '!' : ''}${termTsquery(match)}`] : [],
      ),
    )
    .filter((alternatives) => alternatives.length > 0)
    .map((alternatives) => `(${alternatives.join(' | ')})`)
    .join(' & ')

/** Keys of a rank: its cost grows with the square of them. */
const MAX_RANK_KEYS = 64

/** The text of the tsquery that matches are ranked by: what can be found, of a long query the beginning; '' if nothing. */
export function rankTsqueryOf(clauses: readonly TermClause[]): string {
  let keys = 0
  const ranked = clauses
    .map((clause) => clause.filter(({ excluded }) => !excluded))
    .filter((clause, index) => (keys += countKeys(clause)) <= MAX_RANK_KEYS || index === 0)
  return tsqueryOf(ranked)
}

const countKeys = (clause: TermClause): number =>
  positiveTerms([clause]).reduce((sum, term) => {
    if (term.kind === 'any-of') return sum + term.keys.length
    return sum + (term.kind === 'phrase' ? 2 * term.words.length : 2)
  }, 0)

/** In parentheses. Keys have no quotes and no backslashes. */
export function termTsquery(term: Term): string {
  switch (term.kind) {
    case 'any-of':
      return `(${term.keys.map(term.inTitle ? inTitle : quoted).join(' | ')})`
    case 'phrase':
      return `(${term.inTitle ? titlePhrase(term.steps) : phrase(term.steps)})`
    case 'prefix':
      // Stems of words that differ from them begin as their words, up to their last letters.
      return term.inTitle
        ? `(${beginning(titleKey(term.prefix))})`
        : `(${beginning(term.prefix)} | ${beginning(writtenKey(term.prefix))})`
    case 'as-written':
      return `(${term.words.map((word) => quoted(titleKey(word))).join(' & ')})`
  }
}

type Steps = { key: string; gap: number }[]

/** By positions, or by pairs where a long content has no positions. */
function phrase(steps: Steps): string {
  const pairs = steps.slice(1).map(({ key }, index) => quoted(pairKey(steps[index]!.key, key)))
  return `(${byPosition(steps, quoted)}) | (${pairs.join(' & ')})`
}

function byPosition(steps: Steps, operand: (key: string) => string): string {
  const [first, ...others] = steps
  return [operand(first!.key), ...others.map(({ key, gap }) => `<${gap}> ${operand(key)}`)].join(' ')
}

/**
 * Only titles have weight A. The index does not know weights, so it finds candidates by their titles' words as they are
 * written, which differ from their stems at most in the last two letters.
 */
const inTitle = (key: string): string => `(${quoted(key)}:A & ${titleCandidates(key)})`

const titlePhrase = (steps: Steps): string =>
  `(${byPosition(steps, (key) => `${quoted(key)}:A`)}) & ${steps.map(({ key }) => titleCandidates(key)).join(' & ')}`

const MAX_CANDIDATE_UNITS = 3

const titleCandidates = (key: string): string =>
  beginning(titleKey(key.slice(0, Math.max(1, Math.min(MAX_CANDIDATE_UNITS, key.length - 2)))))

/** The text of the tsquery of titles that have all of the words, the last one as a prefix. */
export const titleTsquery = (words: readonly string[]): string =>
  `${words.map((word) => quoted(titleKey(word))).join(' & ')}:*`

const quoted = (key: string): string => `'${key}'`
const beginning = (key: string): string => `'${key}':*`
