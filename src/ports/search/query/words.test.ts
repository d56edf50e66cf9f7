import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { foldedText, foldedWords, wordsOf } from './words.ts'

test('words are letters and digits, in lower case and without accents', () => {
  assert.deepEqual(foldedWords('Crème brûlée, Straße & Ångström: ½ Łódź—Ørsted'), [
    'creme',
    'brulee',
    'strasse',
    'angstrom',
    '12',
    'lodz',
    'orsted',
  ])
  assert.deepEqual(foldedWords('and/or ada@example.com v1.2 don’t'), [
    'and',
    'or',
    'ada',
    'example',
    'com',
    'v1',
    '2',
    'don',
    't',
  ])
})

test('composed and decomposed accents are the same', () => {
  assert.deepEqual(foldedWords('cafe\u0301'), foldedWords('caf\u00e9'))
})

test('scripts without spaces have a word a character', () => {
  assert.deepEqual(foldedWords('契約ABCのк'), ['契', '約', 'abc', 'の', 'к'])
})

test('offsets point at the words in the text', () => {
  const text = '«Élan vital», 漢字 and Łukasz'
  assert.deepEqual(
    [...wordsOf(text)].map(({ start, end }) => text.slice(start, end)),
    ['Élan', 'vital', '漢', '字', 'and', 'Łukasz'],
  )
})

test('of any text, words are short, folded, in order and without what a key must not have', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      let last = 0
      for (const { start, end, word } of wordsOf(text)) {
        assert.ok(start >= last && end > start && end <= text.length)
        assert.match(word, /^[\p{L}\p{N}\p{M}]{1,64}$/u)
        last = end
      }
    }),
  )
})

test('the folded text is the folded words, whatever the text', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      'x'.repeat(70),
      'é'.repeat(70),
      'İ',
      'ß'.repeat(40),
      'ﬁ',
      'don’t',
      ' v1.2_a ',
      '漢字',
      'Ǆ',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join('')
      assert.equal(foldedText(text), foldedWords(text).join(' '))
    }),
  )
})
