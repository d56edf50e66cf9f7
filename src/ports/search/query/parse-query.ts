import { wordsOf } from '../analysis/tokens.ts'
import { type Condition, isValueOf, VALUE_FIELDS, WORDS_FIELDS } from '../fields.ts'
import type { Alternative, Match, QueryTree, TextMatch } from './query-tree.ts'

export interface ParsedQuery {
  tree: QueryTree
  /** words, prefixes and values that the query names */
  words: number
}

/** UTF-16 code units; a request has at most 1,000 characters. */
const MAX_QUERY_UNITS = 2_000
/** Letters and digits before the star of a prefix: the shorter it is, the more words begin so. */
const MIN_PREFIX_CHARS = 2

const QUOTE = '"“”„«»'
const LETTER = '\\p{L}\\p{N}\\p{M}'
/** A quoted text with what stands directly before it, or what stands between white space and quotes. */
const TOKEN = new RegExp(`([^\\s${QUOTE}]*)[${QUOTE}]([^${QUOTE}]*)[${QUOTE}]|[^\\s${QUOTE}]+`, 'g')
const LAST_QUOTE = new RegExp(`[${QUOTE}](?=[^${QUOTE}]*$)`)
const ANY_QUOTE = new RegExp(`[${QUOTE}]`, 'g')
const MINUS = new RegExp(`^-(?=[${LETTER}])`, 'u')
const STARRED = new RegExp(`[${LETTER}]\\*$`, 'u')
const FIELD = /^([a-z_]+):(.*)$/s
/** What may stand before a quote. */
const LEAD = /^(-?)([a-z_]+:)?$/

/**
 * Any text is a query, and whatever is no operator is literal:
 *
 *     a b          both words, in any order          "a b"         a phrase; other quotes count too
 *     a OR b       either; binds tighter: `a b OR c` is a, and b or c
 *     -a -"a b"    without; the minus only after white space and directly before a word, quote or field
 *     ab*          words that begin so
 *     title:a      in the title, also with a phrase or a star
 *     status:sent  the exact value of a field with a filter of searches
 *
 * Words that are joined by anything but white space (`and/or`, `ada@example.com`) are a phrase. After a quote that is not
 * closed everything is literal. All other characters separate words.
 */
export function parseQuery(q: string): ParsedQuery {
  const text = q.slice(0, MAX_QUERY_UNITS)
  const isClosed = (text.match(ANY_QUOTE)?.length ?? 0) % 2 === 0
  const end = isClosed ? text.length : text.search(LAST_QUOTE)
  const tokens = [
    ...operands(text.slice(0, end)),
    ...text
      .slice(end + 1)
      .split(/\s+/)
      .flatMap((run) => literal(run)),
  ]
  const tree = clausesOf(tokens)
  return { tree, words: tree.flat().reduce((sum, { match }) => sum + countWords(match), 0) }
}

type Token = Alternative | 'OR'
/** How a text stands in the query: in quotes, with operators, or as words that are no operators. */
type Form = 'quoted' | 'operand' | 'literal'

function* operands(text: string): Generator<Token> {
  for (const { 0: token, 1: lead, 2: quoted, index } of text.matchAll(TOKEN)) {
    const isFirst = index === 0 || /\s/.test(text[index - 1]!)
    if (quoted !== undefined) yield* quotedOperand(lead!, quoted, isFirst)
    else if (token === 'OR' && isFirst) yield 'OR'
    else yield* isFirst ? operand(token) : literal(token)
  }
}

/** @param lead what stands directly before the quote */
function quotedOperand(lead: string, quoted: string, isFirst: boolean): Alternative[] {
  const [, minus, field = ''] = (isFirst && LEAD.exec(lead)) || []
  const match = field === '' ? textMatch(quoted, 'quoted') : fieldMatch(field + quoted, 'quoted')
  if (minus !== undefined && match !== undefined) return [{ match, excluded: minus !== '' }]
  return [...(isFirst ? operand(lead) : literal(lead)), ...matched(textMatch(quoted, 'quoted'))]
}

function operand(run: string): Alternative[] {
  const excluded = MINUS.test(run)
  const text = excluded ? run.slice(1) : run
  return matched(fieldMatch(text, 'operand') ?? textMatch(text, 'operand'), excluded)
}

/** Undefined when the text does not begin with the name of a field, or has no value that the field can have. */
function fieldMatch(text: string, form: Form): Match | undefined {
  const [, name, value] = FIELD.exec(text) ?? []
  if (name === undefined || value === undefined) return undefined
  const words = WORDS_FIELDS.find((field) => field === name)
  if (words !== undefined) return textMatch(value, form, words)
  const valued = VALUE_FIELDS.find((each) => each.name === name)
  if (valued === undefined || !isValueOf(valued.field, value)) return undefined
  const { field, operator } = valued
  const condition: Condition = { field, operator, values: [value] }
  return { kind: 'value', condition }
}

/** Undefined when the text has no words. */
function textMatch(text: string, form: Form, field?: TextMatch['field']): TextMatch | undefined {
  const [word, ...others] = wordsOf(text)
  if (word === undefined) return undefined
  const isStarred = form === 'operand' && others.length === 0 && STARRED.test(text)
  const isPrefix = isStarred && [...word].length >= MIN_PREFIX_CHARS
  return { kind: 'text', field, text, isQuoted: form === 'quoted', isPrefix }
}

const literal = (run: string): Alternative[] => matched(textMatch(run, 'literal'))

const matched = (match: Match | undefined, excluded = false): Alternative[] =>
  match === undefined ? [] : [{ match, excluded }]

/** `OR` joins what stands before and after it; anywhere else it is a word. Repeated clauses count once. */
function clausesOf(tokens: readonly Token[]): QueryTree {
  const clauses: Alternative[][] = []
  let isJoined = false
  tokens.forEach((token, index) => {
    if (token === 'OR' && !isJoined && clauses.length > 0 && index < tokens.length - 1) {
      isJoined = true
      return
    }
    const alternatives = token === 'OR' ? literal(token) : [token]
    if (isJoined) clauses.at(-1)!.push(...alternatives)
    else clauses.push(alternatives)
    isJoined = false
  })
  return [...new Map(clauses.map((clause) => [keyOf(clause), clause])).values()]
}

/** Different texts can have the same words. */
const keyOf = (clause: readonly Alternative[]): string =>
  JSON.stringify(clause, (name, value: unknown) => (name === 'text' ? wordsOf(value as string) : value))

const countWords = (match: Match): number => (match.kind === 'text' ? wordsOf(match.text).length : 1)
