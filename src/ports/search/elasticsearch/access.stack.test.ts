import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { usersOf } from '../../../config/access.ts'
import { isProblem } from '../../../domain/errors.ts'
import { eventually } from '../../../testing/deadline.ts'
import { sampleSearchDocument } from '../../../testing/sample-documents.ts'
import { startSecuredElasticsearch } from '../../../testing/secured-elasticsearch.ts'
import { newStackSearch } from '../../../testing/stack-search.ts'
import { stack } from '../../../testing/stack.ts'
import { applyElasticsearchAccess } from './access.ts'

async function openSecured(t: TestContext) {
  const { refused, urlOf } = await startSecuredElasticsearch(t)
  const search = newStackSearch(t)
  const apply = (url: string): Promise<string> =>
    applyElasticsearchAccess(`elasticsearch:${url}`, usersOf('search'), {
      index: search.alias,
      passwordOf: (user) => `${user}-password`,
    })
  return {
    apply,
    search,
    refused,
    urlOf,
    openAs: (user: string) => search.open(urlOf(user, `${user}-password`)),
  }
}

const QUERY = { q: 'maple', filters: {}, from: 0, size: 10 }

test('with the rights of the table search only reads, and waits for the index that the indexer makes', async (t) => {
  const { apply, search, refused, urlOf, openAs } = await openSecured(t)
  assert.equal(await apply(urlOf('elastic', 'superuser')), 'Elasticsearch: 3 users')
  const reading = await openAs('search')
  await assert.rejects(reading.check(), (error) => {
    assert.ok(isProblem(error, 'unavailable'))
    return /the search index \S+ is not there yet, and the user of search\.url may not create it; the indexer does/.test(
      error.message,
    )
  })
  assert.deepEqual([...refused], ['search indices:admin/create'])
  refused.clear()

  const indexer = await openAs('indexer')
  const document = sampleSearchDocument({ title: 'Maple', content: 'a copy of the leaves' })
  await indexer.index([document])
  await indexer.index([{ ...document, version: document.version + 1, content: null }])
  await reading.check()
  assert.equal((await reading.within('all').search(QUERY)).total, 1)
  assert.deepEqual(await reading.within('all').suggest('map', 5), ['Maple'])
  // With a word that no title has, which asks for suggestions of spelling.
  await reading.within('all').search({ ...QUERY, q: 'mapel' })
  await reading.within('all').aggregate('status')
  assert.deepEqual([...refused], [])

  await assert.rejects(reading.index([sampleSearchDocument()]), (error) => isProblem(error, 'unavailable'))
  assert.ok(refused.has('search indices:data/write/bulk'))
  refused.clear()
  const reindex = await openAs('reindex')
  const listed = await eventually('the second version', async () => {
    const [first] = await reindex.list(undefined, 10)
    return first?.version === document.version + 1 && first
  })
  await reindex.forget([listed])
  assert.deepEqual([...refused], [])
  assert.equal((await search.ask('GET', `/${search.alias}/_count`)).body.count, 0)
})

test('an index of a newer mapping is left to the indexer, too', async (t) => {
  const { apply, search, refused, urlOf, openAs } = await openSecured(t)
  await apply(urlOf('elastic', 'superuser'))
  await search.ask('PUT', `/${search.alias}-former`, { aliases: { [search.alias]: {} } })
  const reading = await openAs('search')
  await assert.rejects(reading.check(), /is not there yet, and the user of search\.url may not create it/)
  await (await openAs('indexer')).check()
  await reading.check()
  assert.deepEqual([...refused], ['search indices:admin/create'])
})

test('what cannot set up users is named, with what it needs', async (t) => {
  const { apply, urlOf } = await openSecured(t)
  await apply(urlOf('elastic', 'superuser'))
  const why =
    /^Error: search\.url: Elasticsearch does not set up the role docmgr-search \(40\d .*it needs xpack/
  await assert.rejects(apply(urlOf('search', 'search-password')), why)
  await assert.rejects(apply(urlOf('elastic', 'wrong')), why)
  await assert.rejects(apply(stack.elasticsearchUrl), why)
})
