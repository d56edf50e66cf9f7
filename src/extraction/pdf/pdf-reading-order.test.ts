import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PdfTextItem } from './pdf-items.ts'
import { joinItems } from './pdf-lines.ts'

const HEIGHT = 10

/** Runs and blanks in the order in which they are drawn, each beginning where the one before ends. */
function drawn(runs: readonly string[], y = 0): PdfTextItem[] {
  let x = 0
  return runs.map((str, place): PdfTextItem => {
    const item = {
      str,
      dir: /[\p{Script=Hebrew}\p{Script=Arabic}]/u.test(str) ? 'rtl' : 'ltr',
      transform: [1, 0, 0, 1, x, y],
      width: str.length * HEIGHT,
      height: HEIGHT,
      hasEOL: place === runs.length - 1,
    }
    x += item.width
    return item
  })
}

/** The same line, drawn from its right end: each run is left of the one before. */
const drawnFromRight = (runs: readonly string[], y = 0): PdfTextItem[] =>
  drawn(runs.toReversed(), y)
    .reverse()
    .map((item, place) => ({ ...item, hasEOL: place === runs.length - 1 }))

const LINE = ['השוכרים', ' ', 'חתמו', ' ', 'על', ' ', 'החוזה.']

test('a line from right to left is read from its right end, however it was drawn', () => {
  assert.equal(joinItems(drawn(LINE.toReversed())), 'השוכרים חתמו על החוזה.\n')
  assert.equal(joinItems(drawnFromRight(LINE)), 'השוכרים חתמו על החוזה.\n')
})

test('words from left to right keep their order within it, with the numbers that follow them', () => {
  const visual = ['Exhibit', ' ', 'A,', ' ', '5(a)', ' ', ...LINE.toReversed(), ' ', 'לפי', ' ', '2024']
  assert.equal(joinItems(drawn(visual)), '2024 לפי השוכרים חתמו על החוזה. Exhibit A, 5(a)\n')
})

test('words from right to left within a line of other words are turned alone', () => {
  const visual = ['The contract', ' ', 'לום', ' ', 'ש', ' ', 'of', ' ', '2024', ' ', 'binds']
  assert.equal(joinItems(drawn(visual)), 'The contract ש לום of 2024 binds\n')
})

test('each line has its own order, and a text from left to right stays as it is', () => {
  const lines = [
    ...drawn(LINE.toReversed(), 100),
    ...drawnFromRight(LINE, 80),
    ...drawn(['One', ' ', 'two'], 60),
  ]
  assert.equal(joinItems(lines), 'השוכרים חתמו על החוזה.\nהשוכרים חתמו על החוזה.\nOne two\n')
})
