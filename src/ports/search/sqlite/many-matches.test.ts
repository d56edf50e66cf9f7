import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleSearchDocument as sample } from '../../../testing/sample-documents.ts'
import { openTestSearch } from '../../../testing/search-index.ts'
import { sharedByTests } from '../../../testing/test-file.ts'

/** More than are ranked against each other, or read for a phrase at first. */
const COUNT = 2_300
const SIZE = 100
const FIRST = Date.UTC(2026, 0, 1)

/** Of 461 documents, more than are looked up one by one. */
const isOfFew = (number: number): boolean => number % 5 === 0 || number === 1

const opened = sharedByTests(async () => {
  const index = await openTestSearch()
  const documents = Array.from({ length: COUNT }, (_, number) =>
    sample({
      title: number === 0 ? 'Two weeks of notice' : `Lease ${number}`,
      content: `The tenant gives two weeks of ${number === 1 ? 'notices' : 'notice'}. ${number % 7 === 0 ? 'walnuts' : 'walnut'}`,
      created_by: isOfFew(number) ? 'few@example.com' : 'ada@example.com',
      created_at: new Date(FIRST + number * 1_000).toISOString(),
    }),
  )
  await index.index(documents)
  return index
})

const searching = async (q: string, from: number) =>
  (await opened()).within('all').search({ q, filters: {}, from, size: SIZE })

for (const q of ['notice', 'tenant notice', '"weeks of notice"', 'tenant -"weeks of notices"', 'walnuts'])
  test(`${q} has pages that follow each other, beyond the matches that are ranked`, async () => {
    const ids: string[] = []
    const scores: number[] = []
    for (let from = 0; ; from += SIZE) {
      const { total, total_is_exact: isExact, documents } = await searching(q, from)
      ids.push(...documents.map(({ id }) => id))
      scores.push(...documents.map(({ score }) => score))
      assert.ok(isExact ? total >= ids.length : total > ids.length, `${total} for ${ids.length}`)
      if (documents.length < SIZE) break
    }
    assert.ok(ids.length >= COUNT - 1, `${ids.length} found`)
    assert.equal(new Set(ids).size, ids.length)
    assert.deepEqual(
      scores,
      [...scores].sort((one, other) => other - one),
    )
  })

test('what all documents have is counted where words decide, and has at least a page for a phrase', async () => {
  const word = await searching('notice', 0)
  assert.deepEqual([word.total, word.total_is_exact], [COUNT, true])
  const phrase = await searching('"two weeks of"', 0)
  assert.ok(phrase.total > SIZE && phrase.total < COUNT && !phrase.total_is_exact, `${phrase.total}`)
  const old = await searching('"two weeks of notices"', 0)
  assert.deepEqual([old.total, old.total_is_exact], [1, true])
})

test('old documents are first where their title has it, then those with the word itself', async () => {
  for (const q of ['notice', 'notice weeks', '"weeks of notice"'])
    assert.equal((await searching(q, 0)).documents[0]!.title, 'Two weeks of notice', q)
  const [, second] = (await searching('notices', 0)).documents
  assert.equal(second!.title, 'Lease 1')
})

test('a filter that some fulfil leaves the order of a search as it is', async () => {
  const index = await opened()
  const all = async (q: string, filters: { created_by?: string }): Promise<string[]> => {
    const ids: string[] = []
    for (let from = 0; ; from += SIZE) {
      const page = await index.within('all').search({ q, filters, from, size: SIZE })
      ids.push(...page.documents.map(({ id }) => id))
      if (page.documents.length < SIZE) return ids
    }
  }
  for (const [q, matches] of [
    ['notice', 461],
    ['notices', 461],
    ['walnuts', 461],
    ['weeks -zanzibar', 461],
    ['weeks', 461],
    ['zanzibar OR notice', 461],
  ] as const) {
    const found = await all(q, { created_by: 'FEW@example.com' })
    assert.equal(found.length, matches, q)
    const everybody = (await all(q, {})).filter((id) => found.includes(id))
    assert.deepEqual(found.slice(0, 50), everybody.slice(0, 50), q)
  }
})
