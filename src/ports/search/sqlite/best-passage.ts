import { MAX_PHRASE_WORDS } from '../analysis/passages.ts'
import type { Passage } from '../query/highlight.ts'
import type { PlanMatch } from '../query/query-plan.ts'
import type { CompiledPlan, TextClause } from './compile-plan.ts'
import { decompress } from './compress.ts'
import type { Lookups } from './lookups.ts'
import { allOf, anyOf, passageExpression } from './match-expression.ts'

/** Clauses that are looked for in each document. */
const MAX_CLAUSES = 8
/** Of a document so many passages with one clause are compared. */
const MAX_COMPARED = 64

/** UTF-16 code units of so many words as a passage is found by of those that follow it, at most. */
const FOLLOWING_UNITS = (MAX_PHRASE_WORDS - 1) * 64

/**
 * The passage of a document with the most of what a plan asks for, of several the first; then those by whose first words it may
 * have been found.
 */
export function createBestPassage(lookups: Lookups) {
  function passagesWith(rowid: number, expression: string, limit: number): number[] {
    const rows = lookups
      .prepare(
        `select rowid from passage_words
         where passage_words match ?2
           and rowid > (select first_passage from documents where rowid = ?1)
           and rowid <= (select first_passage + passages from documents where rowid = ?1) limit ${limit}`,
      )
      .all(rowid, expression) as { rowid: number }[]
    return rows.map((row) => row.rowid)
  }

  const hasText = (rowid: number): boolean =>
    lookups.prepare('select 1 from documents where rowid = ? and passages > 0').get(rowid) !== undefined

  function read(rowid: number, passage: number): Passage | undefined {
    const row = lookups
      .prepare('select page, text from passages where rowid = ? and document = ?')
      .get(passage, rowid) as { page: number | null; text: Uint8Array } | undefined
    return row && { text: decompress(row.text), page: row.page ?? undefined }
  }

  function mostOf(rowid: number, expressions: readonly string[]): number | undefined {
    const counts = new Map<number, number>()
    for (const expression of expressions)
      for (const number of passagesWith(rowid, expression, MAX_COMPARED))
        counts.set(number, (counts.get(number) ?? 0) + 1)
    return [...counts].sort(([one, many], [other, more]) => more - many || one - other)[0]?.[0]
  }

  return ({ textClauses }: CompiledPlan): ((rowid: number) => Iterable<Passage>) => {
    const words = textClauses.flatMap(({ matches: [match] }) => (match?.kind === 'word' ? [match.word] : []))
    const phrase = words.length > 1 ? [passageExpression(phraseOf(words))] : []
    const any = expressionsOf(textClauses, 'any')
    // Every form of a word takes a lookup, and most documents have the words themselves.
    const together = [
      ...phrase,
      ...[expressionsOf(textClauses, 'exact'), any].filter(({ length }) => length > 0).map(allOf),
    ]
    function bestOf(rowid: number): number | undefined {
      for (const expression of together) {
        const [number] = passagesWith(rowid, expression, 1)
        if (number !== undefined) return number
      }
      return mostOf(rowid, any)
    }

    return function* (rowid) {
      const best = any.length === 0 || !hasText(rowid) ? undefined : bestOf(rowid)
      if (best === undefined) return
      let following = 0
      for (let number = best; following < FOLLOWING_UNITS; number++) {
        const passage = read(rowid, number)
        if (passage === undefined) return
        yield passage
        if (number > best) following += passage.text.length
      }
    }
  }
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
