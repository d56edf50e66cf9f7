/** What holds for any text and any query, on every search adapter. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { isProblem } from '../domain/errors.ts'
import { tokensOf } from '../ports/search/analysis/tokens.ts'
import type { SearchDocument, SearchIndex } from '../ports/search/port.ts'
import { eventually } from './deadline.ts'
import { sampleSearchDocument as sample } from './sample-documents.ts'

const PIECES =
  'the not of and contract Müller e-mail l’accord Straße ﬁnal Acme™ ㈱山田 ΟΔΟΣ İstanbul договор пʼять مُحَمَّد שָׁלוֹם किरायेदार เช่าระหว่าง 계약서를 契約書 サーバー2台 2,450.00 1.234,56 5(a) ½ x@y.org GB29 030-1234'.split(
    ' ',
  )
const piece = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...PIECES) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 5 }) },
)
const separator = fc.constantFrom(' ', ' ', ' ', ', ', '. ', '\n', '/', '\n\n')
const text = fc
  .array(fc.tuple(piece, separator), { minLength: 1, maxLength: 700 })
  .map((pieces) => pieces.flat().join(''))
const pages = fc
  .array(text, { minLength: 1, maxLength: 3 })
  .map((texts) => texts.map((each, place) => ({ page: place + 1, text: each })))
const DOCUMENTS = 12
const documents = fc.array(
  pages.map((content) => sample({ id: randomUUID(), title: 'Marker', content })),
  { minLength: DOCUMENTS, maxLength: DOCUMENTS },
)
/** Words of a phrase. */
const MAX_WORDS = 12
const RUNS = 40

const typed = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.oneof(piece, fc.constantFrom('"', '-', 'OR', '*', 'title:', 'status:', '(', ')', '”', ':')), {
      maxLength: 12,
    })
    .map((pieces) => pieces.join(' ')),
  fc
    .array(fc.constantFrom('"', '-', '*', ':', 'a', ' ', 'OR '), { maxLength: 20 })
    .map((each) => each.join('')),
)

/** @param open returns an empty index, which is stopped by its opener */
export function searchPropertyContract(open: () => Promise<SearchIndex>): void {
  void test('any words in a row are found as a phrase, more documents hide none, and any query has an answer', async () => {
    const index = await open()
    const [first, second] = fc.sample(documents, 2) as [SearchDocument[], SearchDocument[]]
    const found = async (q: string): Promise<Set<string>> => {
      const result = await index.within('all').search({ q, filters: {}, from: 0, size: 100 })
      return new Set(result.documents.map(({ id }) => id))
    }
    const add = async (added: SearchDocument[], all: number): Promise<void> => {
      await index.index(added)
      await eventually('the documents', async () => (await found('title:marker')).size === all)
    }

    await add(first, DOCUMENTS)
    const asked = new Map<string, Set<string>>()
    await fc.assert(
      fc.asyncProperty(phraseOf(first), async ({ id, phrase }) => {
        const ids = await found(phrase)
        asked.set(phrase, ids)
        assert.ok(ids.has(id), phrase)
      }),
      { numRuns: RUNS },
    )
    for (const word of PIECES) asked.set(word, await found(word))

    await add(second, 2 * DOCUMENTS)
    for (const [q, before] of asked) {
      const now = await found(q)
      assert.deepEqual(
        [...before].filter((id) => !now.has(id)),
        [],
        q,
      )
    }

    await fc.assert(
      fc.asyncProperty(typed, async (q) => {
        await index.within('all').search({ q, filters: {}, from: 0, size: 10 }).catch(tooManyWords)
        await index.within('all').suggest(q, 5)
      }),
      { numRuns: RUNS },
    )
  })
}

/** Words in a row of one page of one of the documents. */
const phraseOf = (given: readonly SearchDocument[]) =>
  fc
    .tuple(fc.constantFrom(...given), fc.nat(), fc.nat(), fc.integer({ min: 1, max: MAX_WORDS }))
    .map(([{ id, content }, page, place, count]) => {
      const { text: whole } = content![page % content!.length]!
      const tokens = tokensOf(whole)
      if (tokens.length === 0) return { id, phrase: 'title:marker' }
      const start = place % tokens.length
      const last = tokens[Math.min(start + count, tokens.length) - 1]!
      // Quotes end a phrase of a query.
      const words = whole.slice(tokens[start]!.start, last.end).replace(/["“”„«»]/g, ' ')
      return { id, phrase: `"${words}"` }
    })

function tooManyWords(error: unknown): void {
  assert.ok(isProblem(error, 'validation-failed'), String(error))
}
