import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRandom } from '../../../runtime/seeded-random.ts'
import { createEnough, emphasize, fragmentsOf, type Span } from './emphasize.ts'
import { tokensOf } from '../analysis/tokens.ts'

/** The fragments around each place of a word. */
const fragments = (text: string, word: string): string[] =>
  fragmentsOf(
    text,
    Array.from(text.matchAll(new RegExp(word, 'gi')), ({ 0: { length }, index }) => {
      return { start: index, end: index + length }
    }),
  )

test('a short text is one fragment, with all else escaped', () => {
  assert.deepEqual(fragments('<b>Big</b> & "big" \'deal\'', 'big'), [
    '&lt;b&gt;<em>Big</em>&lt;/b&gt; &amp; &quot;<em>big</em>&quot; &#39;deal&#39;',
  ])
})

test('a long text gives three fragments at most, cut between words', () => {
  const text = Array.from({ length: 10 }, () => `needle ${'some filler words '.repeat(30)}`).join('')
  const found = fragments(text, 'needle')
  assert.equal(found.length, 3)
  for (const fragment of found) {
    assert.match(fragment, /<em>needle<\/em>/)
    assert.ok(fragment.length < 250, String(fragment.length))
    for (const word of fragment.replace(/<\/?em>/g, '').split(' '))
      assert.match(word, /^(needle|some|filler|words)$/)
  }
})

test('nothing found is no fragment', () => {
  assert.deepEqual(fragments('a text', 'other'), [])
})

test('whatever the text, without the marks the whole of it is its escaped self', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const words = [...tokensOf(text)].filter(({ kind }, index) => kind === 'word' && index % 2 === 0)
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

test('spans behind those that are enough change no fragment', () => {
  const random = createRandom(20_261_130)
  for (let round = 0; round < 200; round++) {
    const words = Array.from({ length: 600 }, () => 'x'.repeat(random.whole(1, 12)))
    const text = words.join(' ')
    const share = random.whole(1, 40)
    const spans: Span[] = []
    let start = 0
    for (const { length } of words) {
      if (random.whole(0, share) === 0) spans.push({ start, end: start + length })
      start += length + 1
    }
    const isEnough = createEnough()
    const last = spans.findIndex((span) => isEnough(span))
    const first = last === -1 ? spans : spans.slice(0, last + 1)
    assert.deepEqual(fragmentsOf(text, first), fragmentsOf(text, spans), `round ${round}`)
  }
})
