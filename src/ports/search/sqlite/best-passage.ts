import { MAX_PHRASE_WORDS } from '../analysis/passages.ts'
import type { Passage } from '../query/highlight.ts'
import type { PlanMatch } from '../query/query-plan.ts'
import type { CompiledPlan, TextClause } from './compile-plan.ts'
import { decompress } from './compress.ts'
import type { Lookups } from './lookups.ts'
import { allOf, anyOf, passageExpression } from './match-expression.ts'
import type { PassageRange } from './write-document.ts'

/** Clauses that are looked for in each document. */
const MAX_CLAUSES = 8
/** Of a document so many passages with one clause are compared. */
const MAX_COMPARED = 64
/** To look into one more document takes as long as to read so many passages with an expression. */
const READ_PER_LOOKUP = 200

/** UTF-16 code units of so many words as a passage is found by of those that follow it, at most. */
const FOLLOWING_UNITS = (MAX_PHRASE_WORDS - 1) * 64

/** A document and its passages. */
export interface Located extends PassageRange {
  rowid: number
}

/**
 * The passage of each document with the most of what a plan asks for, of several the first; then those by whose first words it
 * may have been found. The documents are looked into together, where their passages are near each other.
 */
export function createBestPassage(lookups: Lookups) {
  /** The first passages of each document with an expression, where it has any. */
  function passagesWith(documents: readonly Located[], expression: string, most: number) {
    const found = new Map<number, number[]>()
    for (const group of neighbours(documents)) {
      const passages = lookups.passagesIn(expression, {
        first: group[0]!.first,
        last: endOf(group.at(-1)!),
        limit: group.length === 1 ? most : -1,
      })
      for (const { rowid, first, count } of group) {
        const own = passages.filter((passage) => passage > first && passage <= first + count)
        if (own.length > 0) found.set(rowid, own.slice(0, most))
      }
    }
    return found
  }

  function read(rowid: number, passage: number): Passage | undefined {
    const row = lookups
      .prepare('select page, text from passages where rowid = ? and document = ?')
      .get(passage, rowid) as { page: number | null; text: Uint8Array } | undefined
    return row && { text: decompress(row.text), page: row.page ?? undefined }
  }

  /** Sets the passage of each document with the most of the expressions. */
  function addMost(best: Map<number, number>, documents: readonly Located[], expressions: readonly string[]) {
    const counts = new Map<number, Map<number, number>>(documents.map(({ rowid }) => [rowid, new Map()]))
    for (const expression of expressions)
      for (const [rowid, passages] of passagesWith(documents, expression, MAX_COMPARED)) {
        const own = counts.get(rowid)!
        for (const passage of passages) own.set(passage, (own.get(passage) ?? 0) + 1)
      }
    for (const [rowid, own] of counts) {
      const [most] = [...own].sort(([one, many], [other, more]) => more - many || one - other)
      if (most !== undefined) best.set(rowid, most[0])
    }
  }

  function bestOf({ textClauses }: CompiledPlan, documents: readonly Located[]): Map<number, number> {
    const best = new Map<number, number>()
    const words = textClauses.flatMap(({ matches: [match] }) => (match?.kind === 'word' ? [match.word] : []))
    const phrase = words.length > 1 ? [passageExpression(phraseOf(words))] : []
    const any = expressionsOf(textClauses, 'any')
    if (any.length === 0) return best
    let left = documents.filter(({ count }) => count > 0)
    // Every form of a word takes a lookup, and most documents have the words themselves.
    for (const expression of [...phrase, allOf(expressionsOf(textClauses, 'exact')), allOf(any)]) {
      for (const [rowid, [passage]] of passagesWith(left, expression, 1)) best.set(rowid, passage!)
      left = left.filter(({ rowid }) => !best.has(rowid))
    }
    if (any.length > 1) addMost(best, left, any)
    return best
  }

  return (plan: CompiledPlan, documents: readonly Located[]): ((rowid: number) => Iterable<Passage>) => {
    const best = bestOf(plan, documents)
    return function* (rowid) {
      const first = best.get(rowid)
      if (first === undefined) return
      let following = 0
      for (let number = first; following < FOLLOWING_UNITS; number++) {
        const passage = read(rowid, number)
        if (passage === undefined) return
        yield passage
        if (number > first) following += passage.text.length
      }
    }
  }
}

const endOf = ({ first, count }: PassageRange): number => first + count

/** Groups of documents, such that reading what is between them costs less than looking into each. */
function* neighbours(documents: readonly Located[]): Generator<Located[]> {
  let group: Located[] = []
  for (const document of [...documents].sort((one, other) => one.first - other.first)) {
    const last = group.at(-1)
    if (last !== undefined && endOf(document) - endOf(last) > READ_PER_LOOKUP) {
      yield group
      group = []
    }
    group.push(document)
  }
  if (group.length > 0) yield group
}

const phraseOf = (words: readonly string[]): PlanMatch => ({
  kind: 'phrase',
  words,
  field: undefined,
  endsInPrefix: false,
})

const expressionsOf = (clauses: readonly TextClause[], form: 'exact' | 'any'): string[] =>
  clauses
    .filter(({ matches }) => matches.some(({ field }) => field === undefined))
    .slice(0, MAX_CLAUSES)
    .map(({ matches }) => anyOf(matches.map((match) => passageExpression(match, form))))
