/** How every search driver lists what it has, and adds texts to it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTime } from '../domain/time.ts'
import type { SearchIndex } from '../ports/search/port.ts'
import { eventually } from './deadline.ts'
import { sampleSearchDocument as sample } from './sample-documents.ts'

/** @param open returns an empty index, which is stopped here */
export function searchListContract(open: () => Promise<SearchIndex>): void {
  void test('everything that is indexed is listed by id, tombstones included', async (t) => {
    const index = await open()
    t.after(() => index.stop())
    const documents = Array.from({ length: 4 }, (_, n) => sample({ title: `Contract ${n}` }))
    await index.index([...documents, { ...sample({ title: 'Contract gone' }), deleted: true, content: [] }])
    await eventually('the documents', async () => (await index.list(undefined, 100)).length === 5)
    const listed = await index.list(undefined, 100)
    const ids = listed.map(({ id }) => id)
    assert.deepEqual(ids, ids.toSorted())
    assert.equal(listed.filter(({ deleted }) => deleted).length, 1)
    const pages = [...(await index.list(undefined, 2)), ...(await index.list(ids[1], 100))]
    assert.deepEqual(pages, listed)
    const versions = await index.versions(ids)
    for (const { id, version } of listed) assert.equal(version, versions.get(id))
    assert.deepEqual(await index.list(ids.at(-1), 100), [])
    assert.deepEqual(
      await index.list(undefined, 1, 'tombstones'),
      listed.filter(({ deleted }) => deleted),
    )
    assert.deepEqual(await index.list(ids.at(-1), 100, 'tombstones'), [])
    assert.deepEqual(await index.totals(), { documents: 4, versions: 4 })
  })

  void test('what is indexed can be read without its text, and forgotten in exactly one version', async (t) => {
    const index = await open()
    t.after(() => index.stop())
    const document = sample({ title: 'Contract', version: 8 })
    const gone = { ...sample({ title: 'Contract gone' }), deleted: true, content: [] }
    await index.index([document, gone])
    await eventually('the versions', async () => (await index.totals()).versions === 8)
    const { content: _, ...expected } = document
    const stored = await index.stored([document.id, gone.id])
    const { created_at, updated_at } = document
    const times = { created_at: formatTime(created_at), updated_at: formatTime(updated_at) }
    assert.deepEqual(stored.get(document.id), { ...expected, ...times })
    const tombstone = stored.get(gone.id)!
    assert.ok(tombstone.deleted && !tombstone.title && !tombstone.created_by)

    const { id } = document
    await index.forget([{ id, version: 7 }])
    assert.deepEqual(await index.versions([id]), new Map([[id, 8]]))
    await index.forget([{ id, version: 8 }])
    assert.equal((await index.versions([id])).size, 0)
    await eventually('no version', async () => (await index.totals()).documents === 0)
    const older = { ...document, version: 3 }
    await eventually('the older version', async () => {
      await index.index([older])
      return (await index.versions([id])).get(id) === 3
    })
    await eventually('the older version to be found', async () => {
      const { total } = await index.within('all').search({ q: 'contract', filters: {}, from: 0, size: 10 })
      return total === 1
    })
  })

  testLateTexts(open)
  testTextStates(open)
}

function testLateTexts(open: () => Promise<SearchIndex>): void {
  void test('a text that comes later is added to the same version, and not to a newer one', async (t) => {
    const index = await open()
    t.after(() => index.stop())
    const isFound = (q: string, version: number): Promise<unknown> =>
      eventually(`${q} in version ${version}`, async () => {
        const { documents } = await index.within('all').search({ q, filters: {}, from: 0, size: 9 })
        return documents.length === 1 && documents[0]!.version === version
      })
    const document = sample({ title: 'Pistachio', content: [] })
    const text = { ...document, content: [{ page: 2, text: 'an ice of two colours' }] }
    await index.index([document])
    await isFound('pistachio', 1)
    await index.index([text])
    await isFound('pistachio colours', 1)
    await index.index([document])
    await index.index([{ ...document, version: 2, status: 'signed', content: null }])
    await index.index([{ ...text, content: [{ text: 'gone' }] }])
    await isFound('pistachio colours', 2)
    await index.index([{ ...document, version: 3, deleted: true, content: [] }])
    await index.index([{ ...text, version: 2 }])
    await eventually(
      'the tombstone',
      async () =>
        (await index.within('all').search({ q: 'pistachio', filters: {}, from: 0, size: 9 })).total === 0,
    )
    assert.deepEqual(await index.versions([document.id]), new Map([[document.id, 3]]))
  })
}

function testTextStates(open: () => Promise<SearchIndex>): void {
  void test('what became of a text replaces the same version, but never by what is still to be read', async (t) => {
    const index = await open()
    t.after(() => index.stop())
    const pending = sample({ title: 'Beechnut', content: [], text_state: 'pending' })
    const content = [{ text: 'beechnut' }]
    const stateOf = async () => (await index.stored([pending.id])).get(pending.id)!.text_state
    await index.index([pending])
    // The event with which its text was read did not come, as after a change feed that began again.
    for (const version of [1, 2]) {
      const later = { ...pending, version, text_state: 'indexed', content: null } as const
      assert.deepEqual(await index.index([later]), { needContent: [pending.id] })
    }
    assert.equal(await stateOf(), 'pending')
    await index.index([{ ...pending, text_state: 'failed' }])
    assert.equal(await stateOf(), 'failed')
    await index.index([pending])
    assert.equal(await stateOf(), 'failed')
    await index.index([{ ...pending, text_state: 'indexed', text_language: 'en', content }])
    await index.index([{ ...pending, content: null }])
    // A short text can be read from a row of before.
    await index.index([{ ...pending, content }])
    assert.equal(await stateOf(), 'indexed')
    const query = { q: 'language:en beechnut', filters: {}, from: 0, size: 9 }
    const [hit] = await eventually('the text', async () => {
      const { documents } = await index.within('all').search(query)
      return documents.length === 1 && documents
    })
    assert.deepEqual(hit!.highlights.content, ['<em>beechnut</em>'])
  })
}
