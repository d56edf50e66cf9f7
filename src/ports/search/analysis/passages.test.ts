import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { matchesPlan } from '../../../testing/match-plan.ts'
import { parseQuery } from '../query/parse-query.ts'
import { planQuery } from '../query/plan-query.ts'
import type { AnalyzedDocument } from './analyze-document.ts'
import { fold } from './fold.ts'
import { passagesOf } from './passages.ts'
import { tokensOf, wordsOf } from './tokens.ts'

const WRITTEN = [
  'contract',
  'Müller',
  'e-mail',
  'l’accord',
  'Straße',
  'ﬁnal',
  'Acme™',
  '㈱山田',
  'ΟΔΟΣ',
  'İstanbul',
  'hợp đồng',
  'договор',
  'пʼять',
  'مُحَمَّد',
  'שָׁלוֹם',
  'किरायेदार',
  'เช่าระหว่าง',
  'မြန်မာ',
  '계약서를',
  '契約書',
  'サーバー2台',
  'ｶﾞｲﾄﾞ',
  '葛\u{e0100}城',
  '𠮷野家',
  // vowel signs of Kirat Rai that decompose, into no marks
  '\u{16d68}\u{16d6a}',
  '👩\u200d👧',
  'co\u00adop',
  'x'.repeat(70),
  '\n\n',
  '\t',
]
const NUMBERS = ['2,450.00', '1.234,56', '1\u00a0000', '½', '1½', '٢٤٥٠', '5(a)', '192.168.1.1', '12,34,567']
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...WRITTEN) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
)
const pieceOrNumber = fc.oneof({ weight: 3, arbitrary: piece }, fc.constantFrom(...NUMBERS))
const separator = fc.constantFrom(' ', ' ', '', '-', ', ', '. ', '\n', "'", '/', '\u3000', '\u200b')
const textOf = (pieces: readonly [string, string][]): string => pieces.flat().join('')

async function assertFound(text: string, part: string): Promise<void> {
  // Quotes end a phrase of a query.
  const plan = await planQuery(parseQuery(`"${part.replace(/["“”„«»]/g, ' ')}"`).tree, [])
  if (plan.length === 0) return assert.deepEqual(wordsOf(part).slice(1), [])
  const passages = passagesOf([{ text }]).map(({ tokens, following }) => ({
    words: [...tokens.map(({ word }) => word), ...following],
  }))
  const document = { titleWords: [], titleKeys: [], textKeys: [], passages } as unknown as AnalyzedDocument
  assert.ok(matchesPlan(document, plan), JSON.stringify({ part, plan, passages }))
}

test('any words of a text in quotes are found as a phrase of it', async () => {
  const pieces = fc.array(fc.tuple(piece, separator), { minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(pieces, fc.nat(), fc.nat(), async (all, from, length) => {
      // A part of a number is another number.
      const text = textOf(all).replace(/\p{N}/gu, 'n')
      const tokens = tokensOf(text)
      if (tokens.length === 0) return
      const first = from % tokens.length
      const last = Math.min(first + (length % 40), tokens.length - 1)
      await assertFound(text, text.slice(tokens[first]!.start, tokens[last]!.end))
    }),
    { numRuns: 1_000 },
  )
})

test('numbers too, if the quotes stand at white space', async () => {
  const runs = fc.array(fc.array(fc.tuple(pieceOrNumber, separator), { maxLength: 3 }), {
    minLength: 1,
    maxLength: 12,
  })
  await fc.assert(
    fc.asyncProperty(runs, fc.nat(), fc.nat(), async (all, from, length) => {
      const first = from % all.length
      const written = all.map(textOf)
      await assertFound(written.join(' '), written.slice(first, first + 1 + (length % all.length)).join(' '))
    }),
    { numRuns: 1_000 },
  )
})

test('a phrase across the border of passages and pages is found', async () => {
  const words = Array.from({ length: 2_000 }, (_, number) => `w${number}`)
  for (let start = 0; start < 1_960; start += 7)
    await assertFound(words.join(' '), words.slice(start, start + 40).join(' '))
  const pages = ['the end of', 'one', 'page and more'].map((text, number) => ({ page: number + 1, text }))
  const [first] = passagesOf(pages)
  assert.deepEqual([first!.page, first!.following], [1, ['one', 'page', 'and', 'more']])
})

test('a passage ends at a paragraph, and what is left of a page is no passage of its own where it fits', () => {
  const paragraphs = (count: number): string => Array(count).fill('word '.repeat(80)).join('\n\n')
  const lengthsOf = (count: number): number[] =>
    passagesOf([{ page: 1, text: paragraphs(count) }]).map(({ tokens }) => tokens.length)
  assert.deepEqual(lengthsOf(5), [400])
  assert.deepEqual(lengthsOf(6), [320, 160])
  assert.deepEqual(lengthsOf(10), [320, 320, 160])
})

test('folding is idempotent, and all normal forms of a text have the same words', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(pieceOrNumber, separator), { maxLength: 10 }), (pieces) => {
      const text = textOf(pieces)
      assert.equal(fold(fold(text)), fold(text))
      for (const form of ['NFC', 'NFD'] as const)
        assert.deepEqual(wordsOf(text.normalize(form)), wordsOf(text), form)
    }),
    { numRuns: 2_000 },
  )
})

test('tokens are in order, and words are short, folded and never empty', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(pieceOrNumber, separator), { maxLength: 10 }), (pieces) => {
      const text = textOf(pieces)
      let before = 0
      for (const { start, end, word } of tokensOf(text)) {
        assert.ok(start >= before && end > start && end <= text.length)
        before = start
        assert.match(word, /^[\p{L}\p{N}\p{M}]{1,64}$/u)
      }
    }),
    { numRuns: 1_000 },
  )
})
