import assert from 'node:assert/strict'
import { test as nodeTest } from 'node:test'
import { HIT_FIELDS } from '../../domain/document-fields.ts'
import { eventually } from '../../testing/deadline.ts'
import { sampleSearchDocument as sample } from '../../testing/sample-documents.ts'
import { sharedByTests } from '../../testing/test-file.ts'
import type { SearchDocument, SearchFilters, SearchHit, SearchIndex } from './port.ts'

/** The behaviour of every search driver. `open` returns an empty index, which the suite stops. */
export function searchIndexContractSuite(open: () => Promise<SearchIndex>): void {
  testIndexing(open)
  testMatching(open)
  testHits(open)
  testCounting(open)
}

type Body = (index: SearchIndex) => void | Promise<void>

/** `test` for a group of tests that share an index; it is opened, and prepared, by the first of them. */
function testsOn(open: () => Promise<SearchIndex>, prepare?: Body): (name: string, body: Body) => void {
  const opened = sharedByTests(async () => {
    const index = await open()
    await prepare?.(index)
    return index
  })
  return (name, body) => void nodeTest(name, async () => body(await opened()))
}

/** The hits, once there are as many as expected: a document may be found a moment after it was indexed. */
async function hitsOf(
  index: SearchIndex,
  q: string,
  expected: number,
  filters: SearchFilters = {},
): Promise<SearchHit[]> {
  let last = -1
  const wanted = `${expected} documents for ${JSON.stringify(q).slice(0, 80)}`
  const result = await eventually(wanted, async () => {
    const found = await index.within('all').search({ q, filters, from: 0, size: 100 })
    last = found.total
    return found.total === expected && found
  }).catch((error: Error) => assert.fail(`${error.message}: found ${last}`))
  return result.documents
}

const titlesOf = (hits: readonly { title: string }[]): string[] => hits.map(({ title }) => title).sort()

function testIndexing(open: () => Promise<SearchIndex>): void {
  const test = testsOn(open)

  test('an older or the same version never replaces what is there', async (index) => {
    const second = sample({ title: 'Walnut second', version: 2 })
    await index.index([second])
    await index.index([
      { ...second, title: 'Walnut first', version: 1 },
      { ...second, title: 'Walnut again', content: [] },
    ])
    assert.deepEqual(titlesOf(await hitsOf(index, 'walnut', 1)), ['Walnut second'])
    assert.deepEqual(await index.versions([second.id]), new Map([[second.id, 2]]))
  })

  test('of several versions in one call the newest counts, in any order', async (index) => {
    const document = sample({ title: 'Chestnut' })
    const versions = [2, 3, 1].map((version) => ({ ...document, title: `Chestnut ${version}`, version }))
    await index.index(versions)
    assert.deepEqual(titlesOf(await hitsOf(index, 'chestnut', 1)), ['Chestnut 3'])
  })

  test('a tombstone is never found, and an older version does not replace it', async (index) => {
    const document = sample({ title: 'Hazelnut', content: 'hazelnut' })
    await index.index([document])
    await hitsOf(index, 'hazelnut', 1)
    await index.index([{ ...document, version: 3, deleted: true }])
    await hitsOf(index, 'hazelnut', 0)
    await index.index([{ ...document, version: 2 }])
    await hitsOf(index, 'hazelnut', 0)
    assert.deepEqual(await index.versions([document.id]), new Map([[document.id, 3]]))
  })

  test('a document without its content keeps the text in the index', async (index) => {
    const document = sample({ title: 'Pecan', content: 'a pie of great renown' })
    await index.index([document])
    const signed: SearchDocument = { ...document, version: 2, status: 'signed', content: null }
    assert.deepEqual(await index.index([signed]), { needContent: [] })
    const [found] = await hitsOf(index, 'renown pecan', 1, { status: 'signed' })
    assert.equal(found!.version, 2)
    assert.deepEqual(await index.index([{ ...signed, version: 3, title: 'Cashew' }]), { needContent: [] })
    await hitsOf(index, 'pecan', 0)
    assert.equal((await hitsOf(index, 'renown cashew', 1))[0]!.status, 'signed')
  })

  test('the content is requested when the index has no text of it', async (index) => {
    const document = sample({ title: 'Almond', content: 'marzipan' })
    assert.deepEqual(await index.index([{ ...document, content: null }]), { needContent: [document.id] })
    await hitsOf(index, 'almond', 0)
    await index.index([document])
    const other = { ...document, version: 2, content: null, content_sha256: 'cd'.repeat(32) }
    assert.deepEqual(await index.index([other]), { needContent: [document.id] })
    const unknown = { ...document, version: 2, content: null, content_sha256: null }
    assert.deepEqual(await index.index([unknown]), { needContent: [document.id] })
    assert.deepEqual(await index.index([{ ...unknown, version: 1 }]), { needContent: [] })
  })

  test('texts of any size and any characters can be indexed', async (index) => {
    const noise = Array.from({ length: 120_000 }, (_, number) => `w${number.toString(36)}`).join(' ')
    await index.index([
      sample({ title: 'Noise of words', content: noise }),
      sample({ title: 'Noise of one word', content: 'x'.repeat(3_000_000) }),
      sample({ title: 'Noise of 漢字', content: '漢字仮名交じり文 '.repeat(50_000) }),
      sample({ title: "Noise of \0 ' \\ : & \ud800", content: "\0 ' \\' \\\\ \udfff :* <-> !" }),
    ])
    await hitsOf(index, 'noise', 4)
    await hitsOf(index, '漢字仮名', 1)
    await hitsOf(index, 'w12', 1)
  })
}

const contract = sample({
  title: 'Employment contract',
  content:
    'The employee shall receive an annual salary. <script>alert("x")</script> Notice period: three months.',
})
const lease = sample({
  title: 'Lease of the café in Zürich',
  content:
    'The tenant signs the contract & pays the rent monthly to Łukasz. Cancelling needs three full months.',
  status: 'signed',
  created_by: 'grace.hopper@example.org',
  content_type: 'application/pdf',
})
const LONG_WORDS = Array.from({ length: 30_000 }, (_, number) => `filler${number % 500}`).join(' ')
const report = sample({
  title: 'Long report',
  content: `${LONG_WORDS} the peregrine falcon dives`,
})

function testMatching(open: () => Promise<SearchIndex>): void {
  const test = testsOn(open, async (index) => {
    await index.index([contract, lease, report])
  })

  const finding = (q: string, ...expected: SearchDocument[]) =>
    test(`${JSON.stringify(q)} finds ${expected.map(({ title }) => title).join(' and ') || 'nothing'}`, async (index) => {
      assert.deepEqual(titlesOf(await hitsOf(index, q, expected.length)), titlesOf(expected))
    })

  finding('employment', contract)
  finding('CONTRACTS', contract, lease)
  finding('salary contract', contract)
  finding('cancel', lease)
  finding('cafe', lease)
  finding('CAFÉ zurich', lease)
  finding('lukasz', lease)
  finding('"three months"', contract)
  finding('"notice period"', contract)
  finding('"period notice"')
  finding('“annual salary”', contract)
  finding('"annual salary', contract)
  finding('"lease of the cafe"', lease)
  finding('contarct', contract, lease)
  finding('employmnet', contract)
  finding('saalry', contract)
  finding('pasy', lease)
  finding('employment xylophone')
  finding('peregrine', report)
  finding('"peregrine falcon"', report)
  finding('"falcon peregrine"')
  finding(' \t\n ')
  finding('"" "\'" & | ! <-> :* ( ) \\ \0 \ud800 -')
}

function testHits(open: () => Promise<SearchIndex>): void {
  const test = testsOn(open, async (index) => {
    await index.index([contract, lease, report])
  })

  test('a hit has the fields of its document and highlights, with everything else escaped', async (index) => {
    const [hit] = await hitsOf(index, 'employment alert', 1)
    const fields = Object.fromEntries(HIT_FIELDS.map((name) => [name, contract[name]]))
    const { score, page: _page, highlights, ...rest } = hit!
    const iso = (time: string): string => new Date(time).toISOString()
    assert.deepEqual({ ...rest, created_at: iso(rest.created_at), updated_at: iso(rest.updated_at) }, fields)
    assert.ok(score > 0)
    assert.deepEqual(highlights.title, ['<em>Employment</em> contract'])
    assert.match(highlights.content!.join(), /&lt;script&gt;<em>alert<\/em>\(&quot;x&quot;\)&lt;\/script&gt;/)
  })

  test('words that match by stem, accent or spelling are highlighted as they are in the text', async (index) => {
    const [hit] = await hitsOf(index, 'zurich cancell lukas', 1)
    assert.deepEqual(hit!.highlights.title, ['Lease of the café in <em>Zürich</em>'])
    assert.match(hit!.highlights.content!.join(), /to <em>Łukasz<\/em>. <em>Cancelling<\/em> needs/)
  })

  test('the end of a long text is highlighted too', async (index) => {
    const [hit] = await hitsOf(index, '"peregrine falcon"', 1)
    assert.match(hit!.highlights.content!.join(), /the <em>peregrine<\/em> <em>falcon<\/em> dives/)
  })

  test('a word in the title weighs more than in the content', async (index) => {
    const hits = await hitsOf(index, 'contract', 2)
    assert.deepEqual([hits[0]!.id, hits[1]!.id], [contract.id, lease.id])
    assert.ok(hits[0]!.score > hits[1]!.score)
  })

  test('of equal matches the newest comes first, and pages are consecutive', async (index) => {
    const documents = Array.from({ length: 7 }, (_, number) => sample({ title: `Quokka ${number + 1}` }))
    await index.index(documents)
    await hitsOf(index, 'quokka', 7)
    const pages = await Promise.all(
      [0, 3, 6, 9].map((from) => index.within('all').search({ q: 'quokka', filters: {}, from, size: 3 })),
    )
    assert.deepEqual(
      pages.map((page) => page.documents.map(({ title }) => title.slice(-1)).join('')),
      ['765', '432', '1', ''],
    )
    assert.deepEqual(
      pages.map(({ total, total_is_exact }) => [total, total_is_exact]),
      Array(4).fill([7, true]),
    )
  })

  test('filters narrow what is found', async (index) => {
    await hitsOf(index, 'contract', 1, { status: 'signed' })
    await hitsOf(index, 'contract', 1, { created_by: 'grace.hopper@example.org' })
    await hitsOf(index, 'contract', 1, { created_by: 'Grace.Hopper@EXAMPLE.org' })
    await hitsOf(index, 'contract', 0, { created_by: 'grace' })
    await hitsOf(index, 'contract', 1, { content_type: 'application/pdf' })
    await hitsOf(index, 'contract', 1, { created_from: lease.created_at })
    await hitsOf(index, 'contract', 1, { created_to: lease.created_at })
    const time = contract.created_at
    await hitsOf(index, 'contract', 0, { created_from: time, created_to: time })
  })
}

function testCounting(open: () => Promise<SearchIndex>): void {
  const test = testsOn(open, async (index) => {
    await index.index([
      sample({ title: 'Contract for painting' }),
      sample({ title: 'Contract for painting', status: 'signed' }),
      sample({ title: 'Painting contracts', status: 'signed', created_by: 'b@example.com' }),
      sample({ title: 'Überweisung', content: 'contract', content_type: 'application/pdf' }),
      { ...sample({ title: 'Contract gone' }), deleted: true },
    ])
    await hitsOf(index, 'contract', 4)
  })

  test('each title is suggested once, first those that begin with the text', async (index) => {
    assert.deepEqual(await index.within('all').suggest('contr', 2), [
      'Contract for painting',
      'Painting contracts',
    ])
    assert.deepEqual(await index.within('all').suggest('PAINT', 2), [
      'Painting contracts',
      'Contract for painting',
    ])
    assert.deepEqual(await index.within('all').suggest('contract pain', 1), ['Contract for painting'])
    assert.deepEqual(await index.within('all').suggest('uber', 5), ['Überweisung'])
    assert.deepEqual(await index.within('all').suggest('contr', 1), ['Contract for painting'])
    assert.deepEqual(await index.within('all').suggest('gone', 5), [])
    assert.deepEqual(await index.within('all').suggest('ontract', 5), [])
  })

  test('any text is a prefix', async (index) => {
    const long = ['"'.repeat(1_000_000), 'ab '.repeat(300_000)]
    for (const prefix of ['', '  ', "'", ':*', '\0', '\ud800', ...long]) {
      assert.deepEqual(await index.within('all').suggest(prefix, 5), [], prefix.slice(0, 5))
    }
  })

  test('values are counted without tombstones, the most frequent first', async (index) => {
    assert.deepEqual(await index.within('all').aggregate('status'), [
      { key: 'created', count: 2 },
      { key: 'signed', count: 2 },
    ])
    assert.deepEqual(await index.within('all').aggregate('created_by'), [
      { key: 'ada@example.com', count: 3 },
      { key: 'b@example.com', count: 1 },
    ])
    assert.deepEqual(await index.within('all').aggregate('content_type', undefined, { status: 'created' }), [
      { key: 'application/pdf', count: 1 },
      { key: 'text/plain', count: 1 },
    ])
    const ofOwner = { created_by: 'ADA@example.com' }
    const [owned] = await index.within('all').aggregate('status', undefined, ofOwner)
    assert.deepEqual(owned, { key: 'created', count: 2 })
  })

  test('with a query only its matches are counted', async (index) => {
    assert.deepEqual(await index.within('all').aggregate('status', 'paintng'), [
      { key: 'signed', count: 2 },
      { key: 'created', count: 1 },
    ])
    assert.deepEqual(await index.within('all').aggregate('status', 'nowhere'), [])
  })

  test('check passes', (index) => index.check())
}
