/** How every search driver lists what it has. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SearchIndex } from '../ports/search/port.ts'
import { eventually } from './deadline.ts'
import { sampleSearchDocument as sample } from './sample-documents.ts'

/** @param open returns an empty index, which is stopped here */
export function searchListContract(open: () => Promise<SearchIndex>): void {
  void test('everything that is indexed is listed by id, tombstones included', async (t) => {
    const index = await open()
    t.after(() => index.stop())
    const documents = Array.from({ length: 4 }, (_, n) => sample({ title: `Contract ${n}` }))
    await index.index([...documents, { ...sample({ title: 'Contract gone' }), deleted: true, content: '' }])
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
  })
}
