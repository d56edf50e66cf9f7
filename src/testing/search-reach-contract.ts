/** For any readers, subjects and query: what is found is what everybody finds, without what these subjects may not read. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { isReader } from '../domain/access.ts'
import { STATUSES } from '../domain/document-status.ts'
import { joinedText } from './joined-text.ts'
import type { SearchDocument, SearchFilters, SearchIndex } from '../ports/search/port.ts'
import { eventually } from './deadline.ts'
import { sampleSearchDocument as sample } from './sample-documents.ts'

/** No two are alike enough to be taken for each other; each may also be misspelled in a query. */
const WORDS = ['zanzibar', 'falcon', 'granit', 'harbor', 'lantern', '2450', 'bureau', 'meadow']
const SUBJECTS = ['email:a@x.org', 'email:b@x.org', 'person:a', 'key:A', 'key:a']
const DOCUMENTS = 60
const RUNS = 150

const word = fc.constantFrom(...WORDS)
const text = (minLength: number, maxLength: number) =>
  fc.array(word, { minLength, maxLength }).map((words) => words.join(' '))
const readers = fc.subarray(SUBJECTS, { maxLength: 3 })
const status = fc.constantFrom(...STATUSES.slice(0, 3))
const documents = fc.array(
  fc
    .record({ title: text(1, 3), content: text(0, 12), readers, status })
    .map((fields) => sample({ id: randomUUID(), ...fields })),
  { minLength: DOCUMENTS, maxLength: DOCUMENTS },
)
const misspelled = word.map((each) => each.slice(0, -2) + each.slice(-1) + each.slice(-2, -1))
const clause = fc
  .tuple(
    fc.constantFrom('', '', '', '-', 'title:'),
    fc.oneof(
      word,
      misspelled,
      text(2, 3).map((each) => `"${each}"`),
      word.map((each) => `${each.slice(0, 2)}*`),
      status.map((each) => `status:${each}`),
    ),
    fc.constantFrom(' ', ' ', ' OR '),
  )
  .map((parts) => parts.join(''))
const query = fc.array(clause, { minLength: 1, maxLength: 3 }).map((clauses) => clauses.join(''))
const filters: fc.Arbitrary<SearchFilters> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: status.map((each) => ({ status: each })) },
)

/** @param open returns an empty index, which is stopped by its opener */
export function searchReachContract(open: () => Promise<SearchIndex>): void {
  void test('what is found are the readable ones of all that match', async () => {
    const index = await open()
    const [stored] = fc.sample(documents, 1) as [SearchDocument[]]
    await index.index(stored)
    const byId = new Map(stored.map((document) => [document.id, document]))
    const all = index.within('all')
    await eventually('the documents', async () => {
      const { total } = await all.search({ q: '-nothing', filters: {}, from: 0, size: 1 })
      return total === DOCUMENTS
    })
    await fc.assert(
      fc.asyncProperty(fc.subarray(SUBJECTS), query, filters, async (reach, q, given) => {
        const page = { q, filters: given, from: 0, size: 100 }
        const own = await index.within(reach).search(page)
        const ids = own.documents.map(({ id }) => id)
        const expected = (await all.search(page)).documents.filter(({ id }) =>
          isReader(byId.get(id)!.readers, reach),
        )
        assert.deepEqual(ids.toSorted(), expected.map(({ id }) => id).sort())
        assert.equal(own.total, expected.length)

        const counts = await index.within(reach).aggregate('status', q, given)
        assert.deepEqual(counts.toSorted(byKey), countsOf(expected))
      }),
      { numRuns: RUNS },
    )
    await fc.assert(
      fc.asyncProperty(fc.subarray(SUBJECTS), word, filters, async (reach, typed, given) => {
        const readable = stored.filter((document) => isReader(document.readers, reach))
        const known = new Set(readable.flatMap(({ title, content }) => [title, ...wordsOf(content)]))
        const suggested = await index.within(reach).suggest(typed.slice(0, 3), 20, given)
        assert.deepEqual(
          suggested.filter((each) => !known.has(each)),
          [],
        )
        const selected = readable.filter(({ status: of }) => (given.status ?? of) === of)
        const counts = await index.within(reach).aggregate('status', undefined, given)
        assert.deepEqual(counts.toSorted(byKey), countsOf(selected))
      }),
      { numRuns: RUNS },
    )
  })
}

const wordsOf = (content: SearchDocument['content']): string[] => joinedText(content ?? []).split(' ')

const byKey = (one: { key: string }, other: { key: string }): number => (one.key < other.key ? -1 : 1)

function countsOf(given: readonly { status: string }[]): { key: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const { status: key } of given) counts.set(key, (counts.get(key) ?? 0) + 1)
  return [...counts].map(([key, count]) => ({ key, count })).sort(byKey)
}
