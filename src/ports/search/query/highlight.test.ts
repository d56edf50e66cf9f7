import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { emphasize, fragmentsOf } from './emphasize.ts'
import { findTerms } from './highlight.ts'
import { type Term } from './terms.ts'
import { wordsOf } from './words.ts'

const anyOf = (...keys: string[]): Term => ({ kind: 'any-of', keys, inTitle: false })

/** Here each word is its own stem. */
function fragments(text: string, ...terms: Term[]): string[] {
  const words = [...wordsOf(text)]
  return fragmentsOf(text, findTerms(words, terms, new Map(words.map(({ word }) => [word, word]))))
}

test('a short text is one fragment, with all else escaped', () => {
  assert.deepEqual(fragments('<b>Big</b> & "big" \'deal\'', anyOf('big')), [
    '&lt;b&gt;<em>Big</em>&lt;/b&gt; &amp; &quot;<em>big</em>&quot; &#39;deal&#39;',
  ])
})

test('a phrase is marked only where it is one', () => {
  const phrase: Term = {
    kind: 'phrase',
    steps: [
      { key: 'deal', gap: 0 },
      { key: 'day', gap: 3 },
    ],
    words: ['deal', 'of', 'the', 'day'],
    inTitle: false,
  }
  assert.deepEqual(fragments('deal day, deal of the day', phrase), [
    'deal day, <em>deal</em> of the <em>day</em>',
  ])
})

test('words that begin with a prefix, and words as they are written, are marked', () => {
  assert.deepEqual(
    fragments(
      'Zanzibar, zanzibaris and the zoo',
      { kind: 'prefix', prefix: 'zanzib', inTitle: false },
      { kind: 'as-written', words: ['the'], inTitle: true },
    ),
    ['<em>Zanzibar</em>, <em>zanzibaris</em> and <em>the</em> zoo'],
  )
})

test('a long text gives three fragments at most, cut between words', () => {
  const text = Array.from({ length: 10 }, () => `needle ${'some filler words '.repeat(30)}`).join('')
  const found = fragments(text, anyOf('needle'))
  assert.equal(found.length, 3)
  for (const fragment of found) {
    assert.match(fragment, /<em>needle<\/em>/)
    assert.ok(fragment.length < 250, String(fragment.length))
    for (const word of fragment.replace(/<\/?em>/g, '').split(' '))
      assert.match(word, /^(needle|some|filler|words)$/)
  }
})

test('nothing found is no fragment', () => {
  assert.deepEqual(fragments('a text', anyOf('other')), [])
})

test('whatever the text, without the marks the whole of it is its escaped self', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const words = [...wordsOf(text)].filter((_, index) => index % 2 === 0)
      const html = emphasize(text, words)
      const plain = html
        .replace(/<\/?em>/g, '')
        .replace(
          /&(lt|gt|quot|#39|amp);/g,
          (_, name: string) => ({ lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' })[name]!,
        )
      assert.equal(plain, text)
      assert.equal(html.replace(/<\/?em>/g, '').includes('<'), false)
    }),
  )
})
