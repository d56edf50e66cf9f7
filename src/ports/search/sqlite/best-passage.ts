import { wordsOf } from '../analysis/tokens.ts'
import type { EngineHit } from '../engine.ts'
import type { PlanMatch } from '../query/query-plan.ts'
import type { CompiledPlan, TextClause } from './compile-plan.ts'
import { decompress } from './compress.ts'
import type { Lookups } from './lookups.ts'
import { allOf, anyOf, passageExpression } from './match-expression.ts'

type Passage = EngineHit['passage']

/** Clauses that are looked for in each document. */
const MAX_CLAUSES = 8
/** Of a document so many passages with one clause are compared. */
const MAX_COMPARED = 64

/** The passage of a document with the most of what a plan asks for, of several the first. */
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

  function read(rowid: number, passage: number): Passage {
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

  return ({ textClauses }: CompiledPlan): ((rowid: number) => Passage) => {
    const words = textClauses.flatMap(({ matches: [match] }) => (match?.kind === 'word' ? [match.word] : []))
    const phrase = words.length > 1 ? [passageExpression(phraseOf(words))] : []
    const any = expressionsOf(textClauses, 'any')
    // Every form of a word takes a lookup, and most documents have the words themselves.
    const together = [
      ...phrase,
      ...[expressionsOf(textClauses, 'exact'), any].filter(({ length }) => length > 0).map(allOf),
    ]
    function hasMatch(passage: Passage): boolean {
      const text = passage?.text ?? ''
      let words: string | undefined
      // Most are decided without the words, which take as long as the lookup.
      const wordsOfText = (): string => (words ??= ` ${wordsOf(text).join(' ')} `)
      return textClauses.some(({ matches }) => matches.some((match) => isIn(wordsOfText, match)))
    }
    /**
     * A passage is also found by the first words of the next one. That one is shown where it has the match, and not where it
     * has the end of a phrase only.
     */
    function readOwn(rowid: number, number: number): Passage {
      const passage = read(rowid, number)
      if (hasMatch(passage)) return passage
      const next = read(rowid, number + 1)
      return hasMatch(next) ? next : passage
    }

    return (rowid) => {
      if (any.length === 0) return undefined
      for (const expression of together) {
        const [number] = passagesWith(rowid, expression, 1)
        if (number !== undefined) return readOwn(rowid, number)
      }
      const number = mostOf(rowid, any)
      return number === undefined ? undefined : readOwn(rowid, number)
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

/** @param wordsOfText separated by spaces, also at both ends. Of stems it is not known. */
function isIn(wordsOfText: () => string, match: PlanMatch): boolean {
  if (match.kind === 'word')
    return (
      match.related.length > 0 ||
      [match.word, ...match.similar].some((word) => wordsOfText().includes(` ${word} `))
    )
  if (match.kind === 'prefix') return wordsOfText().includes(` ${match.prefix}`)
  return wordsOfText().includes(` ${match.words.join(' ')}${match.endsInPrefix ? '' : ' '}`)
}
