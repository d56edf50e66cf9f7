import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleSearchDocument as sample } from '../../../testing/sample-documents.ts'
import { openTestSearch } from '../../../testing/search-index.ts'

/** A passage has as many words of the next one, so that phrases are found across its end. */
const REST = ' fine'.repeat(40)
/** More than are read to look into another document. */
const LONG = 300

/** @param pages of the words */
const document = (title: string, pages: number, words: Record<number, string>) =>
  sample({
    title,
    content: Array.from({ length: pages }, (_, place) => ({
      page: place + 1,
      text: words[place + 1] ?? 'The weather was fine.',
    })),
  })

test('the page of each hit is its own, in documents that follow each other, and beside long ones', async () => {
  const index = await openTestSearch()
  await index.index([
    document('Second', 3, { 2: 'walnut table', 3: 'walnut table' }),
    document('First', 3, { 1: 'walnut table', 3: 'walnut table' }),
    document('Apart', 3, { 1: `walnut${REST}`, 2: REST, 3: 'table walnut' }),
    document('Without', LONG, {}),
    document('Long', LONG, { 5: 'table', [LONG - 1]: 'walnut table', [LONG]: 'walnut' }),
    document('Other form', 3, { 3: 'walnuts and tables' }),
    document('Not together', 3, { 2: 'tables', 3: 'walnuts' }),
  ])
  const { documents } = await index
    .within('all')
    .search({ q: 'walnut table', filters: {}, from: 0, size: 10 })
  assert.deepEqual(Object.fromEntries(documents.map(({ title, page }) => [title, page])), {
    Second: 2,
    First: 1,
    Apart: 3,
    Long: LONG - 1,
    'Other form': 3,
    'Not together': 2,
  })
})
