import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProblem } from '../../../domain/errors.ts'
import { eventually } from '../../../testing/deadline.ts'
import { sampleSearchDocument } from '../../../testing/sample-documents.ts'
import { newStackSearch } from '../../../testing/stack-search.ts'
import { indexName } from './index-definition.ts'
import type { SearchIndex } from '../port.ts'

const searchIn = (index: SearchIndex, q: string) =>
  index.within('all').search({ q, filters: {}, from: 0, size: 10 })

const titles = async (index: SearchIndex, q: string): Promise<string[]> =>
  (await searchIn(index, q)).documents.map(({ title }) => title)

test('processes that start at the same time create one index with the alias', async (t) => {
  const search = newStackSearch(t)
  const indexes = await Promise.all(Array.from({ length: 6 }, () => search.open()))
  await Promise.all([
    ...indexes
      .slice(0, 3)
      .map((index, number) => index.index([sampleSearchDocument({ title: `Elm ${number}` })])),
    ...indexes.slice(3).map((index) => searchIn(index, 'elm')),
  ])
  const { body } = await search.ask('GET', `/${search.alias}/_alias`)
  assert.deepEqual(body, {
    [indexName(search.alias)]: { aliases: { [search.alias]: { is_write_index: true } } },
  })
  await eventually('all of them', async () => (await titles(indexes[5]!, 'elm')).length === 3)
})

test('an empty index finds, counts and suggests nothing', async (t) => {
  const index = await newStackSearch(t).open()
  await index.check()
  assert.deepEqual(await titles(index, 'anything'), [])
  assert.deepEqual(await index.within('all').suggest('any', 5), [])
  assert.deepEqual(await index.within('all').aggregate('status', 'anything'), [])
  assert.deepEqual(await index.versions([sampleSearchDocument().id]), new Map())
})

test('the index can be read without docmgr', async (t) => {
  const search = newStackSearch(t)
  const index = await search.open()
  const document = sampleSearchDocument({
    title: 'Contract_2026.pdf',
    content: [
      { page: 1, text: 'Die Bäume & “signed pages”.' },
      { page: 3, text: 'Agreed in Zürich.', otherForms: 'ag reed' },
    ],
  })
  await index.index([document])
  const { status, body } = await search.ask(
    'GET',
    `/${search.alias}/_search?q=Signed+AND+contract+AND+Zürich`,
  )
  assert.equal(status, 200)
  const [{ _source, _id }] = body.hits.hits
  const { title_words, title_keys, file_name_words, file_name_keys, ...others } = _source
  const { content, content_keys, content_length, languages, ...fields } = others
  assert.equal(_id, document.id)
  const { content: _, ...expected } = document
  assert.deepEqual(fields, expected)
  assert.equal(title_words, 'contract 2026 pdf')
  assert.deepEqual([file_name_words, file_name_keys], ['', ''])
  // A stem that is a word of the title is not kept.
  assert.match(title_keys, /^(\S+·\w+ ?)*$/)
  assert.doesNotMatch(title_keys, /contract·/)
  const [first, second] = content
  assert.deepEqual([first.page, first.text], [1, 'Die Bäume & “signed pages”.'])
  assert.equal(first.words, 'die baume signed pages agreed in zurich')
  assert.deepEqual([second.page, second.text, second.words], [3, 'Agreed in Zürich.', 'agreed in zurich'])
  assert.ok(second.keys.split(' ').includes('zuerich') && first.keys.split(' ').includes('baeume'))
  assert.deepEqual(
    content_keys.split(' ').filter((key: string) => !key.includes('·')),
    ['ag', 'reed'],
  )
  assert.equal(content_length, first.text.length + second.text.length)
  assert.ok(Array.isArray(languages))
  const exact = await search.ask('GET', `/${search.alias}/_search?q=title.keyword:Contract_2026.pdf`)
  assert.equal(exact.body.hits.total.value, 1)
  const { body: held } = await search.ask('GET', `/${search.alias}/_doc/${document.id}`)
  assert.equal(held._version, 1)
})

test('an indexed document is found at once, or soon under load', async (t) => {
  const index = await newStackSearch(t).open()
  await index.index([sampleSearchDocument({ title: 'Birch' })])
  assert.deepEqual(await titles(index, 'birch'), ['Birch'])
  await Promise.all(
    Array.from({ length: 8 }, async (_, number) => {
      await index.index([sampleSearchDocument({ title: `Birch${number}` })])
      await eventually('the birch', async () => (await titles(index, `"birch${number}"`)).length === 1)
    }),
  )
})

test('a tombstone keeps no text and is not counted', async (t) => {
  const search = newStackSearch(t)
  const index = await search.open()
  const document = sampleSearchDocument({ title: 'Ash', content: 'ash' })
  await index.index([document])
  await index.index([{ ...document, version: 2, deleted: true }])
  const { body } = await search.ask('GET', `/${search.alias}/_doc/${document.id}`)
  assert.equal(body._version, 2)
  const { id, content_type, content_size, status, created_at, updated_at } = document
  const kept = { id, content_type, content_size, status, created_at, updated_at }
  assert.deepEqual(body._source, { ...kept, version: 2, deleted: true })
  const { aggregate } = index.within('all')
  await eventually('nothing to be counted', async () => (await aggregate('status')).length === 0)
})

test('a refused document is an error that names it, and the others are indexed', async (t) => {
  const index = await newStackSearch(t).open()
  const bad = sampleSearchDocument({ title: 'Yew', created_at: 'yesterday' })
  const good = sampleSearchDocument({ title: 'Yew fine' })
  const failure = await index.index([bad, good]).then(
    () => undefined,
    (error: Error) => error,
  )
  assert.match(
    failure!.message,
    new RegExp(`refuses document ${bad.id}: document_parsing_exception.*created_at`),
  )
  assert.equal(isProblem(failure), false)
  assert.deepEqual(await titles(index, 'yew'), ['Yew fine'])
})

test('many and large documents are indexed in several requests', async (t) => {
  const index = await newStackSearch(t).open()
  const large = 'The oak stands. '.repeat(20_000)
  const documents = [
    ...Array.from({ length: 1_200 }, (_, number) => sampleSearchDocument({ title: `Acorn ${number}` })),
    ...Array.from({ length: 12 }, (_, number) =>
      sampleSearchDocument({ title: `Oak ${number}`, content: large }),
    ),
  ]
  await index.index(documents)
  const versions = await index.versions(documents.map(({ id }) => id))
  assert.equal(versions.size, documents.length)
  const changed = documents.map((document) => ({ ...document, version: 2, content: null, title: 'Changed' }))
  assert.deepEqual(await index.index(changed), { needContent: [] })
  const found = await eventually('what was written last of very much', async () => {
    const answer = await searchIn(index, 'oak changed')
    return answer.total === 12 && answer.documents
  })
  assert.match(found[0]!.highlights.content![0]!, /The <em>oak<\/em> stands/)
})

test('passages keep their pages, order and other forms when the title changes', async (t) => {
  const search = newStackSearch(t)
  const index = await search.open()
  const page = (number: number): string => Array.from({ length: 300 }, (_, n) => `w${number}x${n}`).join(' ')
  const content = [1, 2, 3].map((number) => ({ page: number, text: `${page(number)} end ${number}` }))
  const document = sampleSearchDocument({
    title: 'Spruce',
    content: [...content, { text: '', otherForms: 'arbitration' }],
  })
  await index.index([document])
  const sourceOf = async () => (await search.ask('GET', `/${search.alias}/_doc/${document.id}`)).body._source
  const { content: before, content_keys } = await sourceOf()
  assert.deepEqual(await index.index([{ ...document, version: 2, title: 'Larch', content: null }]), {
    needContent: [],
  })
  const after = await sourceOf()
  assert.deepEqual([after.content, after.content_keys, after.title_words], [before, content_keys, 'larch'])
  const find = async (q: string) => (await searchIn(index, q)).documents
  await eventually('the new title', async () => (await find('larch arbitration')).length === 1)
  const [hit] = await find('"end 2 w3x0"')
  assert.equal(hit!.page, 2)
  assert.equal((await find('w3x7 larch'))[0]!.page, 3)
  // At the beginning of the third page, and so among the words of the second.
  const [begin] = await find('"w3x0 w3x1"')
  assert.equal(begin!.page, 3)
  assert.match(begin!.highlights.content![0]!, /^<em>w3x0<\/em> <em>w3x1<\/em> w3x2/)
  assert.deepEqual(await find('spruce'), [])
})

test('the word itself comes before its other forms, and those before similar words', async (t) => {
  const index = await newStackSearch(t).open()
  const forms = ['cancle', 'cancelling', 'cancel', 'cancelling', 'canceled', 'cancle']
  const documents = forms.map((word, number) =>
    sampleSearchDocument({
      title: `${number}`,
      content: `The tenant, who pays the rent, may ${word} the lease.`,
    }),
  )
  await index.index(documents)
  assert.deepEqual(
    await eventually('all of them', async () => {
      const found = await titles(index, 'cancel')
      return found.length === 6 && found
    }),
    ['2', '4', '3', '1', '5', '0'],
  )
  assert.deepEqual(await titles(index, 'cancel -cancelling'), ['5', '0'])
})

test('a document of more pages than an index takes passages is found to its last word', async (t) => {
  const index = await newStackSearch(t).open()
  const content = Array.from({ length: 10_100 }, (_, number) => ({
    page: number + 1,
    text: `sheet n${number + 1} of a book`,
  }))
  await index.index([sampleSearchDocument({ title: 'Cedar', content })])
  const hits = async (q: string) => (await searchIn(index, q)).documents
  await eventually('the document', async () => (await hits('cedar')).length === 1)
  for (const q of ['"sheet n10100 of a book"', '"n1 of a book sheet n2 of"', 'n5050', '"book sheet n9999"'])
    assert.equal((await hits(q)).length, 1, q)
  assert.match((await hits('n10100'))[0]!.highlights.content![0]!, /sheet <em>n10100<\/em> of a book/)
})

test('a deleted index is created again', async (t) => {
  const search = newStackSearch(t)
  const [writer, reader] = [await search.open(), await search.open()]
  await writer.index([sampleSearchDocument({ title: 'Lime' })])
  assert.deepEqual(await titles(reader, 'lime'), ['Lime'])
  await search.ask('DELETE', `/${indexName(search.alias)}`)
  await assert.rejects(titles(reader, 'lime'), (error) => isProblem(error, 'unavailable'))
  await writer.index([sampleSearchDocument({ title: 'Lime again' })])
  await eventually('the new index', async () => (await titles(reader, 'lime').catch(() => [])).length === 1)
})

test('an index with the name of the alias is never written', async (t) => {
  const search = newStackSearch(t)
  await search.ask('PUT', `/${search.alias}`)
  const index = await search.open()
  await assert.rejects(
    index.check(),
    (error: Error) =>
      isProblem(error, 'unavailable') &&
      /has an index test-\w+ where docmgr needs an alias/.test(error.message),
  )
  await search.ask('DELETE', `/${search.alias}`)
  await index.check()
})

test('an index of another mapping is replaced by a new one', async (t) => {
  const search = newStackSearch(t)
  const aliases = { [search.alias]: { is_write_index: true } }
  await search.ask('PUT', `/${search.alias}-v1`, { aliases, mappings: { dynamic: 'strict' } })
  const [index, other] = await Promise.all([search.open(), search.open()])
  await eventually('both to be ready', async () => {
    await Promise.all([index.check(), other.check()])
    return true
  })
  await index.index([sampleSearchDocument({ title: 'Beech' })])
  assert.deepEqual(await titles(other, 'beech'), ['Beech'])
  const { body } = await search.ask('GET', `/${search.alias}/_alias`)
  assert.deepEqual(body, { [indexName(search.alias)]: { aliases } })
})

test('an index that another version has replaced is not used again', async (t) => {
  const search = newStackSearch(t)
  await (await search.open()).check()
  await search.ask('PUT', `/${search.alias}-next`)
  await search.ask('POST', '/_aliases', {
    actions: [
      { remove: { index: indexName(search.alias), alias: search.alias } },
      { add: { index: `${search.alias}-next`, alias: search.alias, is_write_index: true } },
    ],
  })
  const index = await search.open()
  await assert.rejects(
    index.index([sampleSearchDocument()]),
    (error: Error) => isProblem(error, 'unavailable') && /another version of docmgr/.test(error.message),
  )
})

test('times are filtered with any offset and precision of a request', async (t) => {
  const index = await newStackSearch(t).open()
  const created_at = '2026-03-01T10:00:00.123456Z'
  await index.index([sampleSearchDocument({ title: 'Fir', created_at })])
  const found = async (filters: object): Promise<number> =>
    (await index.within('all').search({ q: 'fir', filters, from: 0, size: 1 })).total
  for (const created_from of [
    '0001-01-01T00:00:00Z',
    '2026-03-01T15:00:00+05:00',
    created_at,
    '2026-03-01T10:00Z',
  ])
    assert.equal(await found({ created_from }), 1, created_from)
  for (const created_from of ['9999-12-31T23:59:59-15:00', '2026-03-01T10:00:01.00000000000001Z'])
    assert.equal(await found({ created_from }), 0, created_from)
  assert.equal(await found({ created_to: created_at }), 0)
  const { documents } = await searchIn(index, 'fir')
  assert.equal(documents[0]!.created_at, created_at)
})

test('beyond 10,000 matches the total is not exact, and the last page can be read', async (t) => {
  const index = await newStackSearch(t).open()
  const documents = Array.from({ length: 10_001 }, (_, number) =>
    sampleSearchDocument({ title: `Reed ${number}` }),
  )
  await index.index(documents)
  const searches = index.within('all')
  const last = await searches.search({ q: 'reed', filters: {}, from: 10_000, size: 100 })
  assert.deepEqual([last.total, last.total_is_exact, last.documents.length], [10_000, false, 1])
  assert.deepEqual((await searches.search({ q: 'reed', filters: {}, from: 20_000, size: 100 })).documents, [])
})
