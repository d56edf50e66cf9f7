import { type Compound, compoundsOf } from '../analysis/compounds.ts'
import type { Language } from '../../../runtime/detect-language.ts'
import { MAX_PHRASE_WORDS } from '../analysis/passages.ts'
import { relatedKeys } from '../analysis/related-keys.ts'
import { type StemKeyOf, stemmersOf } from '../analysis/stems.ts'
import { isStopWord } from '../analysis/stop-words.ts'
import { BEGINNING_UNITS, type Token, tokensOf } from '../analysis/tokens.ts'
import type { PlanAlternative, PlanClause, PlanMatch, QueryPlan } from './query-plan.ts'
import type { Alternative, Clause, QueryTree, TextMatch, ValueMatch } from './query-tree.ts'

/** Words from one window of a long phrase to the next. */
const PHRASE_STEP = MAX_PHRASE_WORDS / 2
/** Articles and prepositions that are joined to their word: l'employeur, dell'accordo. */
const ELISION =
  /^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|(?:d|n|s)?ell|all|dall|sull|coll|un|quest|quell)['\u2019\u02bc](?=\p{L}{3})/iu
/** The English possessive. */
const POSSESSIVE = /(?<=\p{L}{2})['\u2019\u02bc]s$/iu
/** A word in capitals among others that are not, such as WHO, is a name; these are taken for operators by habit. */
const CAPITALS = /^\p{Lu}{2,}$/u
const OPERATORS = new Set(['AND', 'OR', 'NOT'])
const NUMBER = /^\d+$/
const AMOUNT = /^[1-9][\d.,'\u2019]*[.,]\d{1,2}$/
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u

/** What a query asks an index for; empty when there is nothing to look for. @param languages SearchEngine.languages() */
export async function planQuery(tree: QueryTree, languages: readonly Language[]): Promise<QueryPlan> {
  const stemmers = await stemmersOf(languages)
  const neighbours = compoundsOfNeighbours(tree)
  const hasSmallLetters = tree
    .flat()
    .some(({ match }) => match.kind !== 'value' && /\p{Ll}/u.test(match.text))
  const clauses = tree.flatMap((clause, place) =>
    planClause(clause, (match, isAlone) => {
      const { text } = match
      const isName = hasSmallLetters && CAPITALS.test(text) && !OPERATORS.has(text)
      const isOptional = isAlone && !match.isQuoted && match.field === undefined && !isName
      return planText(match, stemmers, isAlone, {
        compounds: neighbours.get(place) ?? [],
        isOptional: isOptional && isStopWord(text, languages),
      })
    }),
  )
  return requireSomething([...new Map(clauses.map((clause) => [JSON.stringify(clause), clause])).values()])
}

/**
 * Compounds of words that stand side by side in the query, by the places of their clauses: a document that has an IBAN or
 * telephone number as one word has each of its groups.
 */
function compoundsOfNeighbours(tree: QueryTree): Map<number, string[]> {
  let text = ''
  const ends = tree.map((clause) => (text += plainText(clause) ?? '\n').length)
  const compounds = new Map<number, string[]>()
  for (const compound of compoundsOf(text))
    for (const [place, after] of ends.entries()) {
      const before = ends[place - 1] ?? 0
      if (compound.start < after && compound.end > before && isAllOf(compound, text, before, after))
        compounds.set(place, [...(compounds.get(place) ?? []), compound.word])
    }
  return compounds
}

/**
 * Whether a compound has all words between these places: `apt-mark(8)` is not found by `apt-mark` alone. A number may be
 * without what is around it, such as a country's code or decimals.
 */
function isAllOf({ start, end, word }: Compound, text: string, from = 0, to = text.length): boolean {
  const around = text.slice(from, Math.max(from, start)) + text.slice(Math.max(from, end), to)
  return NUMBER.test(word) || !LETTER_OR_DIGIT.test(around)
}

/** That of a clause of nothing but a word, and a blank. */
function plainText(clause: Clause): string | undefined {
  const [{ match, excluded }] = clause as [Alternative]
  const isPlain = clause.length === 1 && !excluded && match.kind === 'text' && !match.isPrefix
  return isPlain && !match.isQuoted && match.field === undefined ? `${match.text} ` : undefined
}

/** Matches of which a document must have all or any. */
interface Combined {
  of: 'all' | 'any'
  matches: (PlanMatch | ValueMatch)[]
}

/** One clause, or several where an alternative asks for more than one thing. */
function planClause(clause: Clause, plan: (match: TextMatch, isAlone: boolean) => Combined): PlanClause[] {
  let clauses: PlanAlternative[][] = [[]]
  for (const { match, excluded } of clause) {
    const { of, matches } =
      match.kind === 'value' ? { of: 'any', matches: [match] } : plan(match, clause.length === 1)
    const alternatives = matches.map((each) => ({ match: each, excluded }))
    // Not to have any of them is to have none of all.
    if ((of === 'any') !== excluded) clauses = clauses.map((each) => [...each, ...alternatives])
    else if (alternatives.length > 0)
      clauses = clauses.flatMap((each) => alternatives.map((alternative) => [...each, alternative]))
  }
  return clauses.filter((each) => each.length > 0)
}

/** @param isAlone There are no other alternatives, with whose number the clauses would multiply. */
function planText(
  match: TextMatch,
  stemmers: readonly StemKeyOf[],
  isAlone: boolean,
  { compounds, isOptional }: { compounds: readonly string[]; isOptional: boolean },
): Combined {
  const { field, isQuoted } = match
  const text = isQuoted ? match.text : match.text.replace(ELISION, '').replace(POSSESSIVE, '')
  const tokens = queryTokens(text)
  const words = tokens.map(({ word }) => word)
  const [first] = tokens
  if (first === undefined) return { of: 'any', matches: [] }
  const endsInPrefix = tokens.at(-1)!.kind === 'last'
  if (tokens.length === 1 && (endsInPrefix || (match.isPrefix && first.kind === 'word')))
    return { of: 'any', matches: [{ kind: 'prefix', field, prefix: first.word.slice(0, BEGINNING_UNITS) }] }
  const joined = isQuoted
    ? []
    : Array.from(compoundsOf(text)).flatMap((compound) => (isAllOf(compound, text) ? [compound.word] : []))
  const wordMatch = (word: string, related: Iterable<string>): PlanMatch => ({
    kind: 'word',
    field,
    word,
    related: [...new Set(related)].filter((key) => key !== word),
    similar: [],
    isOptional,
  })
  if (tokens.length === 1 && !isQuoted) {
    const stems = first.kind === 'word' ? relatedKeys(text.slice(first.start, first.end), stemmers) : []
    return { of: 'any', matches: [wordMatch(first.word, [...stems, ...joined, ...compounds])] }
  }
  const phrases = windowsOf(words).map((window, place, windows): PlanMatch => {
    return {
      kind: 'phrase',
      field,
      words: window,
      endsInPrefix: endsInPrefix && place === windows.length - 1,
    }
  })
  if (phrases.length > 1) return { of: 'all', matches: phrases }
  const others = isAlone ? [...new Set([...joined, ...compounds])] : []
  const grouped = isQuoted ? [] : groupedAmount(text, words)
  return {
    of: 'any',
    matches: [
      ...phrases,
      ...grouped.map((each): PlanMatch => ({ kind: 'phrase', field, words: each, endsInPrefix: false })),
      ...others.map((word) => wordMatch(word, [])),
    ],
  }
}

/** An amount such as 1234567,89 as texts have it that put blanks between thousands: 1 234 567,89. */
function groupedAmount(text: string, words: readonly string[]): string[][] {
  const [whole, cents] = words
  if (words.length !== 2 || whole!.length < 4 || !AMOUNT.test(text)) return []
  return [[...whole!.replace(/\B(?=(?:\d{3})+$)/g, ' ').split(' '), cents!]]
}

/** The tokens of a text without those that say nothing new: a pair has the last character of its run. */
function queryTokens(text: string): Token[] {
  const tokens = tokensOf(text)
  if (tokens.at(-1)?.kind === 'last' && tokens.at(-2)?.kind === 'pair') tokens.pop()
  return tokens
}

/** A phrase that is too long for one passage, as several that overlap. */
function windowsOf(words: readonly string[]): string[][] {
  const starts = [0]
  while (starts.at(-1)! + MAX_PHRASE_WORDS < words.length)
    starts.push(Math.min(starts.at(-1)! + PHRASE_STEP, words.length - MAX_PHRASE_WORDS))
  return starts.map((start) => words.slice(start, start + MAX_PHRASE_WORDS))
}

/** A query of nothing but frequent words needs them. */
function requireSomething(clauses: readonly PlanClause[]): QueryPlan {
  const isRequired = ({ match, excluded }: PlanAlternative): boolean =>
    !excluded && match.kind !== 'value' && !(match.kind === 'word' && match.isOptional)
  if (clauses.some((clause) => clause.some(isRequired))) return clauses
  return clauses.map((clause) =>
    clause.map(({ match, excluded }) => ({
      match: match.kind === 'word' ? { ...match, isOptional: false } : match,
      excluded,
    })),
  )
}
