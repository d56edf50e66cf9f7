import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compoundsOf } from './compounds.ts'

const wordsOf = (text: string): string[] => Array.from(compoundsOf(text), ({ word }) => word)

test('an IBAN and a telephone number are one compound across a line end', () => {
  const whole: [text: string, word: string][] = [
    ['to GB29 NWBK 6016 1331\n9268 19 until', 'gb29nwbk60161331926819'],
    ['to GB29 NWBK\n6016 1331 9268 19 until', 'gb29nwbk60161331926819'],
    ['to DE89 3704\r\n0044 0532 0130 00.', 'de89370400440532013000'],
    ['call +49 (030)\n123 45 67 now', '490301234567'],
    ['call 030 123-\n4567', '0301234567'],
  ]
  for (const [text, word] of whole) {
    const found = [...compoundsOf(text)].find((compound) => compound.word === word)
    assert.ok(found, `${JSON.stringify(text)}: ${wordsOf(text).join()}`)
    const { start, end } = found
    assert.equal(
      text
        .slice(start, end)
        .replace(/[^A-Za-z0-9]/g, '')
        .toLowerCase(),
      word,
    )
  }
})

test('numbers that stand one below the other are no compound', () => {
  assert.deepEqual(wordsOf('2024\n2025\n2026'), [])
  assert.deepEqual(wordsOf('total 12500\n13500 more'), [])
  assert.deepEqual(wordsOf('call 030\n\n1234567'), [])
})

test('a compound is found wherever it stands in a long text', () => {
  const filler = 'no number here '.repeat(20)
  for (const written of [
    'GB29 NWBK 6016 1331 9268 19',
    '+49 (030) 123 45 67',
    'e-mail',
    '15 000',
    '2450EUR',
  ]) {
    const [compound] = wordsOf(written).slice(-1)
    const text = `${filler}${written} ${filler}${written}`
    assert.equal(wordsOf(text).filter((word) => word === compound).length, 2, written)
  }
})
