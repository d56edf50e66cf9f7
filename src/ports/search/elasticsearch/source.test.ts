import assert from 'node:assert/strict'
import { test } from 'node:test'
import { analyzeDocument } from '../analysis/analyze-document.ts'
import { joinPassages } from './source.ts'

const wordsOfPage = (page: number, count: number): string[] =>
  Array.from({ length: count }, (_, number) => `p${page}n${number}`)

test('more passages than an index takes are joined, with all words once and in order', async () => {
  const pages = [300, 12, 5, 280, 1, 290].map((count, place) => wordsOfPage(place + 1, count))
  const parts = pages.map((words, place) => ({ page: place + 1, text: words.join(' ') }))
  const { passages } = await analyzeDocument('', parts)
  assert.equal(passages.length, 6)
  assert.equal(joinPassages(passages, 6), passages)
  const joined = joinPassages(passages, 4)
  assert.deepEqual(
    joined.map(({ page }) => page),
    [undefined, undefined, undefined],
  )
  const [first, second, third] = joined.map(({ words }) => words)
  const all = pages.flat()
  assert.deepEqual(first, all.slice(0, 312 + 31))
  assert.deepEqual(second, all.slice(312, 312 + 285 + 31))
  assert.deepEqual(third, all.slice(312 + 285))
  assert.equal(joined[1]!.text, `${parts[2]!.text}\n${parts[3]!.text}`)
})

test('joined passages of one page stay on it', async () => {
  const { passages } = await analyzeDocument('', [{ page: 7, text: wordsOfPage(7, 1_600).join(' ') }])
  assert.deepEqual(
    joinPassages(passages, 2).map(({ page }) => page),
    [7, 7],
  )
})
