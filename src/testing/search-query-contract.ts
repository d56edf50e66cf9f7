/** The query language, as every search driver understands it. */
import assert from 'node:assert/strict'
import { test as nodeTest } from 'node:test'
import { isProblem } from '../domain/errors.ts'
import type { SearchHit, Searches, SearchIndex } from '../ports/search/port.ts'
import { eventually } from './deadline.ts'
import { sampleSearchDocument as sample } from './sample-documents.ts'
import { sharedByTests } from './test-file.ts'

const DOCUMENTS = [
  sample({
    title: 'A: Agreement on the barn',
    content: 'The zanzibar tenant pays 2450 monthly. Written on 2020-01-01.',
    created_by: 'ada@example.com',
  }),
  sample({
    title: 'B: Agreement',
    content: 'A lease by a landlord, sent by e-mail. The landlord owns the barn.',
    status: 'signed',
    created_by: 'bob@example.org',
    content_type: 'application/pdf',
  }),
  sample({
    title: 'C: Lease of barns',
    content: 'Zanzibaris are running, not guilty.',
    status: 'sent',
    created_by: 'ada@example.com',
  }),
  sample({
    title: 'D: Title and status',
    content: 'or: status bogus, title guilty. Write to cleo@example.net.',
    status: 'archived',
    created_by: 'cleo@example.net',
    content_type: 'text/html',
  }),
]

/** query → letters of the documents that it finds */
const FOUND: [q: string, letters: string][] = [
  // words, OR, exclusions
  ['agreement barn', 'AB'],
  ['agreement OR lease', 'ABC'],
  ['agreement or zanzibar', 'A'],
  ['agreement zanzibar OR landlord', 'AB'],
  ['zanzibar OR landlord agreement', 'AB'],
  ['zanzibar OR landlord OR running OR bogus', 'ABCD'],
  ['OR agreement', 'AB'],
  ['agreement OR', 'AB'],
  ['agreement -lease', 'A'],
  ['-lease agreement', 'A'],
  ['agreement -lease -zanzibar', ''],
  ['lease -agreement OR -landlord', 'C'],
  ['lease -agreements', 'C'],
  ['lease - agreement', 'B'],
  ['lease --agreement', 'B'],
  ['agreement -laese', 'AB'],
  // only exclusions: everything else
  ['-lease', 'AD'],
  ['-lease -bogus', 'A'],
  ['-agreement OR -landlord', 'ACD'],
  ['-xylophone', 'ABCD'],
  ['-status:signed', 'ACD'],
  ['-', ''],
  // phrases
  ['"zanzibar tenant"', 'A'],
  ['lease -"not guilty"', 'B'],
  ['guilty -"not guilty"', 'D'],
  ['-"not guilty"', 'ABD'],
  ['“lease of barns”', 'C'],
  ['-"are running" -"zanzibar tenant"', 'BD'],
  ['"zanzibar tenant" OR "landlord owns"', 'AB'],
  ['"agremeent"', ''],
  ['e-mail', 'B'],
  ['-e-mail agreement', 'A'],
  ['2020-01-01', 'A'],
  ['"agreement -lease', 'B'],
  ['"agreement OR zanzibar', 'A'],
  // prefixes
  ['zanzib*', 'AC'],
  ['ZANZIB*', 'AC'],
  ['zanzibari*', 'C'],
  ['runn*', 'C'],
  ['245*', 'A'],
  ['zanzib* -running', 'A'],
  ['agreement -zanzib*', 'B'],
  ['zanzib* OR landl*', 'ABC'],
  ['xyloph*', ''],
  ['zazib*', ''],
  ['z*', ''],
  ['zan*bar', ''],
  ['*zanzibar *', 'A'],
  // fields of words
  ['title:lease', 'C'],
  ['title:leases', 'C'],
  ['title:barn', 'AC'],
  ['title:landlord', ''],
  ['title:"agreement on the barn"', 'A'],
  ['title:"agreement barn"', ''],
  ['title:"on the"', 'A'],
  ['title:agree*', 'AB'],
  ['title:zanz*', ''],
  ['title:agreemnet', 'AB'],
  ['lease -title:lease', 'B'],
  ['lease -title:agree*', 'C'],
  ['-title:"lease of"', 'ABD'],
  ['title:lease OR title:status', 'CD'],
  ['title:', 'D'],
  ['title: guilty', 'D'],
  // exact values
  ['status:signed', 'B'],
  ['barn status:signed', 'B'],
  ['barn status:signed OR status:sent', 'BC'],
  ['status:signed status:sent', ''],
  ['barn -status:signed', 'AC'],
  ['status:signed OR zanzibar', 'AB'],
  ['status:signed OR -agreement', 'BCD'],
  ['status:archived OR "zanzibar tenant" OR title:lease', 'ACD'],
  ['status:bogus', 'D'],
  ['status:"signed"', 'B'],
  ['created_by:ada@example.com', 'AC'],
  ['created_by:ADA@Example.com barn', 'AC'],
  ['created_by:ada', ''],
  ['-created_by:ada@example.com', 'BD'],
  ['content_type:application/pdf', 'B'],
  ['content_type:application/pdf OR content_type:text/html', 'BD'],
  ['content_type:"text/html" title:status', 'D'],
  ['size:10', ''],
  // the author is found by its field, and by an address in a text
  ['bob', ''],
  ['cleo@example.net', 'D'],
]

/** @param open returns an empty index, which is stopped by its opener */
export function searchQueryContract(open: () => Promise<SearchIndex>): void {
  const opened = sharedByTests(async () => {
    const index = await open()
    const searches = index.within('all')
    await index.index(DOCUMENTS)
    await eventually('the documents', async () => (await hits(searches, '-nothing')).length === 4)
    return index
  })
  const test = (name: string, body: (searches: Searches) => Promise<void>) =>
    void nodeTest(name, async () => body((await opened()).within('all')))

  test('the query language', async (searches) => {
    const wrong: string[] = []
    for (const [q, expected] of FOUND) {
      const found = lettersOf(await hits(searches, q))
      if (found !== expected) wrong.push(`${q} → ${found || 'nothing'}, not ${expected || 'nothing'}`)
    }
    assert.deepEqual(wrong, [])
  })

  test('a megabyte of punctuation finds nothing, and too many words are refused', async (searches) => {
    for (const piece of ['"', "'", '\\', ':*&|!', 'ab"cd ', '漢', '\0', '((((', '-*"']) {
      const q = piece.repeat(1_000_000 / piece.length)
      const { documents } = await searches.search({ q, filters: {}, from: 0, size: 10 }).catch(tooManyWords)
      assert.deepEqual(documents, [], piece)
    }
  })

  test('facets count the matches of the same query', async (searches) => {
    assert.deepEqual(await searches.aggregate('status', 'barn -status:signed title:agree* OR title:lease'), [
      { key: 'created', count: 1 },
      { key: 'sent', count: 1 },
    ])
    assert.deepEqual(await searches.aggregate('status', '-lease'), [
      { key: 'archived', count: 1 },
      { key: 'created', count: 1 },
    ])
  })

  test('without a word to look for every score is 0, the newest comes first, and filters apply', async (searches) => {
    const found = await hits(searches, '-lease')
    assert.deepEqual(
      found.map(({ title, score }) => [title[0], score]),
      [
        ['D', 0],
        ['A', 0],
      ],
    )
    const query = { q: '-lease', filters: { status: 'created' as const }, from: 0, size: 10 }
    const { documents } = await searches.search(query)
    assert.equal(lettersOf(documents), 'A')
  })

  test('what is asked for is highlighted, and what is excluded is not', async (searches) => {
    const highlights = async (q: string) => (await hits(searches, q)).map((hit) => hit.highlights)
    assert.deepEqual(await highlights('title:barn zanzib* -guilty'), [
      {
        title: ['A: Agreement on the <em>barn</em>'],
        content: ['The <em>zanzibar</em> tenant pays 2450 monthly. Written on 2020-01-01.'],
      },
    ])
    assert.deepEqual(await highlights('title:agreement status:signed -guilty'), [
      { title: ['B: <em>Agreement</em>'] },
    ])
    assert.deepEqual(await highlights('status:signed'), [{}])
  })
}

function tooManyWords(error: unknown): { documents: [] } {
  if (!isProblem(error, 'validation-failed')) throw error
  assert.match(error.message, /query\.q: must have at most 200 words, not \d+/)
  return { documents: [] }
}

const hits = async (searches: Searches, q: string): Promise<SearchHit[]> =>
  (await searches.search({ q, filters: {}, from: 0, size: 100 })).documents

const lettersOf = (found: readonly SearchHit[]): string =>
  found
    .map(({ title }) => title[0]!)
    .sort()
    .join('')
