/** The contract suite of document caches. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createUuidV7 } from '../../runtime/ids.ts'
import { sampleKeptDocument } from '../../testing/sample-documents.ts'
import { sharedByTests } from '../../testing/test-file.ts'
import { assertViews } from '../../testing/view-counts.ts'
import type { DocumentCache } from './port.ts'

const newId = createUuidV7()

const CONTRACT: Record<string, (cache: DocumentCache) => Promise<void>> = {
  async 'returns a document after it was filled in, not before'(cache) {
    const document = sampleKeptDocument()
    assert.equal(await cache.read(document.id, undefined, 'all'), undefined)
    await cache.fill(document, undefined)
    assert.deepEqual((await cache.read(document.id, undefined, 'all'))?.kept, document)
  },

  async 'keeps the newest version, in whatever order they are written'(cache) {
    const id = newId()
    const [v1, v2, v3] = [1, 2, 3].map((version) => sampleKeptDocument({ id, version, title: `v${version}` }))
    await cache.fill(v1!, undefined)
    await cache.update(v3!)
    await cache.update(v2!)
    await cache.fill(v1!, undefined)
    assert.deepEqual((await cache.read(id, undefined, 'all'))?.kept, v3)
  },

  async 'a row read before a change does not replace the change'(cache) {
    const row = sampleKeptDocument()
    assert.equal(await cache.read(row.id, 'a', 'all'), undefined)
    const changed = { ...row, version: 2, title: 'changed' }
    await cache.update(changed)
    await cache.fill(row, 'a')
    assert.deepEqual((await cache.read(row.id, undefined, 'all'))?.kept, changed)
  },

  async 'a row read before its deletion is not cached again'(cache) {
    const row = sampleKeptDocument({ version: 4 })
    await cache.fill(row, undefined)
    await cache.remove(row.id, 5)
    assert.equal(await cache.read(row.id, undefined, 'all'), undefined)
    await cache.fill(row, undefined)
    await cache.update(row)
    assert.equal(await cache.read(row.id, undefined, 'all'), undefined)
  },

  async 'keeps no document whose text is pending, and its text without a new version'(cache) {
    const row = sampleKeptDocument({ text: { state: 'failed', reason: 'malformed' } })
    const pending = { ...row, text: { state: 'pending' as const } }
    await cache.update(pending)
    assert.equal(await cache.read(row.id, undefined, 'all'), undefined)
    await cache.fill(pending, 'user:1')
    assert.equal(await cache.read(row.id, undefined, 'all'), undefined)
    assert.deepEqual(await cache.stats(row.id), { total_views: 1, unique_views: 1 })
    await cache.update(row)
    assert.deepEqual((await cache.read(row.id, undefined, 'all'))?.kept, row)
    await cache.update(pending)
    assert.equal(await cache.read(row.id, undefined, 'all'), undefined)
    const read = { ...row, text: { state: 'indexed' as const, pages: 2 } }
    await cache.fill(read, undefined)
    assert.deepEqual((await cache.read(row.id, undefined, 'all'))?.kept, read)
    await cache.update({ ...pending, version: 2 })
    await cache.fill(read, undefined)
    assert.equal(await cache.read(row.id, undefined, 'all'), undefined)
  },

  async 'nothing of a document is read while changes of it are under way'(cache) {
    const v1 = sampleKeptDocument()
    const { id } = v1
    const [v2, v3] = [2, 3].map((version) => ({ ...v1, version, title: `v${version}` }))
    const read = async () => (await cache.read(id, undefined, 'all'))?.kept
    await cache.update(v1)
    await cache.hold(id)
    await cache.hold(id)
    assert.equal(await read(), undefined)
    await cache.fill(v1, 'a')
    assert.equal(await read(), undefined)
    await cache.update(v3!)
    assert.equal(await read(), undefined)
    await cache.update(v2!)
    assert.notEqual((await read())?.version, 2)
    await cache.fill(v3!, 'a')
    assert.deepEqual(await read(), v3)
  },

  async 'a change that changes nothing, a deletion and a failure end what they have held'(cache) {
    const document = sampleKeptDocument({ version: 4 })
    const { id } = document
    await cache.hold(id)
    await cache.hold(id)
    await cache.release(id)
    await cache.fill(document, undefined)
    assert.equal(await cache.read(id, undefined, 'all'), undefined)
    await cache.release(id)
    await cache.fill(document, undefined)
    assert.deepEqual((await cache.read(id, undefined, 'all'))?.kept, document)
    await cache.hold(id)
    await cache.remove(id, 5)
    await cache.fill({ ...document, version: 6 }, undefined)
    assert.equal((await cache.read(id, undefined, 'all'))?.kept.version, 6)
  },

  async 'counts each answered view, and each viewer once'(cache) {
    const document = sampleKeptDocument()
    await cache.fill(document, 'user:1')
    for (const viewer of ['user:1', 'address:10.0.0.1', 'user:1', undefined])
      await cache.read(document.id, viewer, 'all')
    assertViews(await cache.stats(document.id), { total_views: 4, unique_views: 2 })
    await cache.read(document.id, 'user:2', 'all')
    await cache.read(document.id, 'user:1', 'all')
    assertViews(await cache.stats(document.id), { total_views: 6, unique_views: 3 })
  },

  async 'counts no view of a document that is not within reach'(cache) {
    const readers = ['email:ada@example.com', 'key:abc', 'email:"b\\ob"@example.com']
    const document = sampleKeptDocument({ readers, title: '"email:eve@example.com",' })
    await cache.fill(document, undefined)
    for (const reach of [[], ['email:eve@example.com'], ['key:ab', 'mail:ada@example.com', 'email:ada']])
      assert.deepEqual((await cache.read(document.id, 'user:1', reach))?.readers, readers)
    assert.deepEqual(await cache.stats(document.id), { total_views: 0, unique_views: 0 })
    for (const reach of [...readers.map((reader) => ['email:eve@example.com', reader]), 'all' as const])
      assert.deepEqual((await cache.read(document.id, 'user:1', reach))?.kept, document)
    assert.deepEqual(await cache.stats(document.id), { total_views: 4, unique_views: 1 })
  },

  async 'a read that misses is not a view, and unknown ids have zero counts'(cache) {
    const id = newId()
    await cache.read(id, 'user:1', 'all')
    assert.deepEqual(await cache.stats(id), { total_views: 0, unique_views: 0 })
  },

  async 'loses no view of many concurrent reads'(cache) {
    const documents = [sampleKeptDocument(), sampleKeptDocument()]
    for (const document of documents) await cache.fill(document, undefined)
    await Promise.all(
      Array.from({ length: 600 }, async (_, n) => {
        await cache.read(documents[n % 2]!.id, `user:${n % 30}`, 'all')
        if (n % 50 === 0) await cache.stats(documents[0]!.id)
      }),
    )
    for (const { id } of documents) {
      assertViews(await cache.stats(id), { total_views: 300, unique_views: 15 })
    }
  },

  async 'shows what it has without counting a view, and forgets all of it'(cache) {
    const [document, other] = [sampleKeptDocument({ version: 7 }), newId()]
    await cache.fill(document, 'user:1')
    const before = await cache.stats(document.id)
    const inspected = await cache.inspect([document.id, other])
    assert.deepEqual(inspected.get(document.id)?.document, document)
    assert.equal(inspected.get(other)?.document, undefined)
    assert.deepEqual(await cache.stats(document.id), before)

    await cache.forget(document.id, 5)
    assert.equal((await cache.inspect([document.id])).get(document.id)?.document, undefined)
    const row = { ...document, version: 6 }
    await cache.fill({ ...document, version: 5 }, undefined)
    assert.equal(await cache.read(document.id, undefined, 'all'), undefined)
    await cache.fill(row, undefined)
    assert.deepEqual((await cache.read(document.id, undefined, 'all'))?.kept, row)
    assert.deepEqual(await cache.stats(document.id), before)
  },

  async 'check resolves'(cache) {
    await cache.check()
  },
}

/** @param open opens one before the first of these tests; it is stopped after the last one */
export function cacheContractSuite(name: string, open: () => Promise<DocumentCache>): void {
  const cache = sharedByTests(open)
  for (const [rule, check] of Object.entries(CONTRACT))
    test(`cache ${name} ${rule}`, async () => check(await cache()))
}
