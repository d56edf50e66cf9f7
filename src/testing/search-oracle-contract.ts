/** Every search driver finds what a scan of the documents finds. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { joinedText } from './joined-text.ts'
import type { SearchDocument, SearchIndex } from '../ports/search/port.ts'
import { eventually } from './deadline.ts'
import { sampleSearchDocument as sample } from './sample-documents.ts'

/** Words without stop words that are their own stems, no two alike enough to be taken for each other. */
const WORDS = [
  'zanzibar',
  'falcon',
  'granit',
  'harbor',
  'harvest',
  'falafel',
  'lantern',
  '2450',
  'zx81',
  'été',
]
const DOCUMENTS = 60

type Match = { words: string[]; kind: 'word' | 'phrase' | 'prefix'; inTitle: boolean } | { author: string }
interface Alternative {
  match: Match
  excluded: boolean
}

const word = fc.constantFrom(...WORDS)
const match: fc.Arbitrary<Match> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      words: fc.tuple(word),
      kind: fc.constant('word' as const),
      inTitle: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      words: fc.array(word, { minLength: 1, maxLength: 3 }),
      kind: fc.constant('phrase' as const),
      inTitle: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      words: fc.tuple(
        fc.tuple(word, fc.integer({ min: 2, max: 8 })).map(([each, length]) => each.slice(0, length)),
      ),
      kind: fc.constant('prefix' as const),
      inTitle: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ author: fc.constantFrom('a@example.com', 'b@example.com') }) },
)
const query = fc.array(
  fc.array(fc.record({ match, excluded: fc.boolean() }), { minLength: 1, maxLength: 3 }),
  { minLength: 1, maxLength: 4 },
)
const text = (maxLength: number) => fc.array(word, { maxLength }).map((words) => words.join(' '))
const documents = fc.array(
  fc
    .record({
      title: text(4),
      content: text(12),
      created_by: fc.constantFrom('a@example.com', 'b@example.com'),
    })
    .map((fields) => sample({ id: randomUUID(), ...fields })),
  { minLength: DOCUMENTS, maxLength: DOCUMENTS },
)

/** @param open returns an empty index, which is stopped by its opener */
export function searchOracleContract(open: () => Promise<SearchIndex>): void {
  void test('the documents found are those that a scan finds', async () => {
    const index = await open()
    const [stored] = fc.sample(documents, 1)
    await index.index(stored!)
    const found = async (q: string): Promise<string[]> =>
      (await index.within('all').search({ q, filters: {}, from: 0, size: 100 })).documents
        .map(({ id }) => id)
        .sort()
    await eventually('the documents', async () => (await found('-nothing')).length === DOCUMENTS)
    await fc.assert(
      fc.asyncProperty(query, async (clauses) => {
        const q = clauses.map((clause) => clause.map(textOf).join(' OR ')).join(' ')
        const expected = stored!.filter((document) => clauses.every((clause) => clause.some(holds(document))))
        // A word that nothing has would be taken for a misspelled one.
        assert.deepEqual(await found(q), expected.map(({ id }) => id).sort(), q)
      }),
      { numRuns: 200 },
    )
  })
}

function textOf({ match: each, excluded }: Alternative): string {
  const minus = excluded ? '-' : ''
  if ('author' in each) return `${minus}created_by:${each.author}`
  const field = each.inTitle ? 'title:' : ''
  const words = each.words.join(' ')
  if (each.kind === 'phrase') return `${minus}${field}"${words}"`
  return `${minus}${field}${words}${each.kind === 'prefix' ? '*' : ''}`
}

const holds =
  (document: SearchDocument) =>
  ({ match: each, excluded }: Alternative): boolean =>
    matches(document, each) !== excluded

function matches(document: SearchDocument, each: Match): boolean {
  if ('author' in each) return document.created_by === each.author
  const texts = each.inTitle ? [document.title] : [document.title, joinedText(document.content ?? [])]
  const wanted = each.words.join(' ')
  return texts.some((given) =>
    each.kind === 'prefix'
      ? given.split(' ').some((one) => one.startsWith(wanted))
      : ` ${given} `.includes(` ${wanted} `),
  )
}
