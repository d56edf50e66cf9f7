import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinHyphenated } from './join-hyphenated.ts'

const cases: [name: string, text: string, joined: string, otherForms: string][] = [
  ['a word', 'the arbi-\ntration clause', 'the arbitration\nclause', 'arbi-tration'],
  ['punctuation stays', '(arbi-\ntration), then', '(arbitration),\nthen', 'arbi-tration'],
  ['another hyphen', 'arbi\u2010\ntration', 'arbitration', 'arbi-tration'],
  [
    'a compound that the text has',
    'long-term, a Long-\nterm lease',
    'long-term, a Long-term\nlease',
    'Longterm',
  ],
  ['a capital', 'Anglo-\nAmerican law', 'Anglo-American\nlaw', 'AngloAmerican'],
  ['digits', '2019-\n2020 and 5-\nyear', '2019-2020\nand 5-year', '20192020 5year'],
  ['marks of other scripts', 'दस्ता-\nवेज़', 'दस्तावेज़', 'दस्ता-वेज़'],
  ['a hyphen behind a gap', 'arbi \u2010\ntration', 'arbitration', 'arbi-tration'],
  ['three lines', 'an extra-\nordi-\nnary one', 'an extraordinary\none', 'extra-ordi- extraordi-nary'],
  ['another paragraph', 'arbi-\n\ntration', 'arbi-\n\ntration', ''],
  ['no letter before it', 'a -\nb', 'a -\nb', ''],
]
for (const [name, text, joined, otherForms] of cases) {
  test(`words broken by a hyphen: ${name}`, () =>
    assert.deepEqual(joinHyphenated(text), { text: joined, otherForms }))
}
