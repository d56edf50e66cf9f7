/** Every search adapter answers as if there were only the documents that someone may read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reach } from '../domain/access.ts'
import type { SearchDocument, Searches, SearchIndex } from '../ports/search/port.ts'
import { eventually } from './deadline.ts'
import { sampleSearchDocument as sample } from './sample-documents.ts'
import { sharedByTests } from './test-file.ts'

const ADA = 'email:ada@example.com'
const BOB = 'email:bob@example.com'
const PERSON = 'person:7c9e6679'
/** As odd as a name can be; it must not be taken for Ada's. */
const ODD = 'email:x"],["email:ada@example.com'

const DOCUMENTS = [
  sample({ title: 'A: Lease of the barn', content: 'The lessor keeps zanzibar.', readers: [ADA] }),
  sample({
    title: 'B: Lease of the mill',
    content: 'The lessee leaves zanzibars to the falconer. Force majeure.',
    readers: [BOB, ODD],
    created_by: 'bob@example.com',
    content_type: 'text/html',
    status: 'sent',
    text_language: 'de',
  }),
  sample({
    title: 'C: Lease of both',
    content: 'The tenant pays.',
    readers: [ADA, BOB],
    created_by: 'bob@example.com',
    status: 'sent',
  }),
  sample({ title: 'D: Lease of nobody', content: 'Granite.', readers: [], text_state: 'failed' }),
  sample({ title: 'E: Lease of a person', content: 'The tenant stays.', readers: [PERSON, ADA] }),
]

type Tested = (name: string, body: (index: SearchIndex) => Promise<void>) => void

/** @param open returns an empty index, which is stopped by its opener */
export function searchAccessContract(open: () => Promise<SearchIndex>): void {
  const opened = sharedByTests(async () => {
    const index = await open()
    await index.index(DOCUMENTS)
    await eventually('the documents', async () => (await found(index.within('all'), 'lease')) === 'ABCDE')
    return index
  })
  const tested: Tested = (name, body) => void test(name, async () => body(await opened()))
  testHits(tested)
  testWords(tested)
  testChanges(open)
}

function testHits(tested: Tested): void {
  tested('hits and totals are those of documents that one of the subjects may read', async (index) => {
    const expected: [Reach, string][] = [
      ['all', 'ABCDE'],
      [[ADA], 'ACE'],
      [[BOB], 'BC'],
      [[ADA, BOB], 'ABCE'],
      [[PERSON], 'E'],
      [[ADA, PERSON], 'ACE'],
      [['email:ada@example.co', 'email:ada', 'ada@example.com'], ''],
      [['email:ADA@example.com'], ''],
      [['', '"', '*', 'email:ada@example.com" OR "'], ''],
      [[ODD], 'B'],
      [[], ''],
    ]
    for (const [reach, letters] of expected) {
      const searches = index.within(reach)
      assert.equal(await found(searches, 'lease'), letters, String(reach))
      assert.equal(await found(searches, '-nothing'), letters, String(reach))
      assert.equal(await found(searches, 'title:lease -title:barn'), letters.replace('A', ''), String(reach))
    }
  })

  tested('whatever is asked for, foreign documents are not found', async (index) => {
    const ada = index.within([ADA])
    for (const [q, letters] of [
      ['zanzibar OR falconer', 'A'],
      ['"force majeure"', ''],
      ['"force majeure" OR tenant', 'CE'],
      ['-"force majeure"', 'ACE'],
      ['falcon*', ''],
      ['falconre', ''],
      ['status:sent', 'C'],
      ['-status:sent', 'AE'],
      ['created_by:bob@example.com', 'C'],
      ['title:mill', ''],
      [`readers:${BOB}`, ''],
      [Buffer.from(BOB).toString('hex'), ''],
      [`·${Buffer.from(BOB).toString('hex')}`, ''],
    ] as const)
      assert.equal(await found(ada, q), letters, q)
    const filtered = await ada.search({ q: 'lease', filters: { text_state: 'failed' }, from: 0, size: 10 })
    assert.deepEqual([filtered.total, filtered.documents], [0, []])
    const second = await ada.search({ q: 'lease', filters: {}, from: 2, size: 10 })
    assert.deepEqual([second.total, second.documents.length], [3, 1])
  })
}

function testWords(tested: Tested): void {
  tested('a misspelled word is taken for a word of a readable document only', async (index) => {
    assert.equal(await found(index.within('all'), 'falconr'), 'B')
    assert.equal(await found(index.within([BOB]), 'falconr'), 'B')
    assert.equal(await found(index.within([ADA]), 'falconr'), '')
    assert.equal(await found(index.within([ADA]), 'zanzibra'), 'A')
    assert.equal(await found(index.within([BOB]), 'zanzibasr'), 'B')
  })

  tested('suggestions are titles and words of readable documents', async (index) => {
    const suggest = async (reach: Reach, prefix: string) =>
      (await index.within(reach).suggest(prefix, 9)).sort()
    assert.deepEqual(await suggest([BOB], 'leas'), ['B: Lease of the mill', 'C: Lease of both'])
    assert.deepEqual(await suggest([ADA], 'less'), ['lessor'])
    assert.deepEqual(await suggest([BOB], 'less'), ['lessee'])
    assert.deepEqual(await suggest([ADA, BOB], 'less'), ['lessee', 'lessor'])
    assert.deepEqual(await suggest([ADA], 'falc'), [])
    assert.deepEqual(await suggest([ADA], 'lease less'), ['lease lessor'])
    assert.deepEqual(await suggest([PERSON], 'lease of'), ['E: Lease of a person'])
    assert.deepEqual(await suggest([], 'lease'), [])
  })

  tested('facets count readable documents, each once', async (index) => {
    const count = async (reach: Reach, ...args: Parameters<Searches['aggregate']>) =>
      (await index.within(reach).aggregate(...args)).map(({ key, count: of }) => `${key} ${of}`).join()
    assert.equal(await count([ADA], 'status'), 'created 2,sent 1')
    assert.equal(await count([BOB], 'status'), 'sent 2')
    assert.equal(await count([ADA, BOB, PERSON], 'status'), 'created 2,sent 2')
    assert.equal(await count([ADA, PERSON], 'created_by'), 'ada@example.com 2,bob@example.com 1')
    assert.equal(await count([ADA], 'text_language'), '')
    assert.equal(await count([BOB], 'text_language'), 'de 1')
    assert.equal(await count([], 'status'), '')
    assert.equal(await count([ADA], 'status', 'tenant'), 'created 1,sent 1')
    assert.equal(await count([ADA], 'status', 'falconer'), '')
    assert.equal(await count([BOB, PERSON], 'content_type', 'lease'), 'text/plain 2,text/html 1')
    assert.equal(await count([ADA], 'status', undefined, { created_by: 'BOB@example.com' }), 'sent 1')
    assert.equal(await count([ADA], 'content_type', undefined, { status: 'sent' }), 'text/plain 1')
    assert.equal(await count([ADA], 'status', undefined, { text_state: 'failed' }), '')
  })
}

function testChanges(open: () => Promise<SearchIndex>): void {
  void test('access that is given or taken counts at once, and the text stays', async () => {
    const index = await open()
    const [first] = DOCUMENTS as [SearchDocument]
    const document = { ...first, id: DOCUMENTS[1]!.id }
    await index.index([document])
    const change = async (readers: string[], version: number, fields: Partial<SearchDocument> = {}) => {
      await index.index([{ ...document, content: null, ...fields, readers, version }])
      await eventually('the readers', async () => {
        const { documents } = await index.within('all').search({ q: '-no', filters: {}, from: 0, size: 1 })
        return documents[0]?.version === version
      })
    }
    const all = async (reach: Reach) => {
      const searches = index.within(reach)
      return [
        await found(searches, 'zanzibar'),
        await found(searches, '"keeps zanzibar"'),
        (await searches.suggest('less', 5)).join(),
        (await searches.aggregate('status')).map(({ key, count }) => `${key} ${count}`).join(),
      ]
    }
    const everything = ['A', 'A', 'lessor', 'created 1']
    const nothing = ['', '', '', '']
    await change([ADA, BOB], 2)
    assert.deepEqual([await all([ADA]), await all([BOB])], [everything, everything])
    await change([BOB], 3)
    assert.deepEqual([await all([ADA]), await all([BOB])], [nothing, everything])
    assert.deepEqual((await index.stored([document.id])).get(document.id)!.readers, [BOB])
    await change([BOB], 4, { status: 'sent' })
    assert.deepEqual(await all([BOB]), ['A', 'A', 'lessor', 'sent 1'])
    await index.index([{ ...document, version: 5, deleted: true }])
    await eventually('the deletion', async () => (await found(index.within('all'), '-no')) === '')
    assert.deepEqual(await all([BOB]), nothing)
    assert.deepEqual((await index.stored([document.id])).get(document.id)!.readers, [])
  })
}

/** The first letters of the titles of all hits; the total has to be their number. */
async function found(searches: Searches, q: string): Promise<string> {
  const { total, documents } = await searches.search({ q, filters: {}, from: 0, size: 100 })
  assert.equal(total, documents.length, q)
  return documents
    .map(({ title }) => title[0]!)
    .sort()
    .join('')
}
