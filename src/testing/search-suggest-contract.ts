/** What every search adapter completes the beginning of a query to. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SearchFilters, SearchIndex } from '../ports/search/port.ts'
import { eventually } from './deadline.ts'
import { sampleSearchDocument as sample } from './sample-documents.ts'

const ADA = 'ada@example.com'
const BOB = 'bob@example.com'

/** @param open returns an empty index, which is stopped here */
export function searchSuggestContract(open: () => Promise<SearchIndex>): void {
  void test('titles are completed first, then words of texts, as far as the filters let through', async (t) => {
    const index = await open()
    t.after(() => index.stop())
    await index.index([
      sample({ title: 'Lease of a barn', content: 'The lessor owns it.', created_by: ADA }),
      sample({ title: 'Barn, 2nd lease', content: 'The lessee leaves.', created_by: BOB, status: 'sent' }),
      sample({ title: 'Überweisung', content: '契約書と東京', created_by: BOB }),
    ])
    const suggest = (prefix: string, filters: SearchFilters = {}, size = 5) =>
      index.within('all').suggest(prefix, size, filters)
    await eventually('the documents', async () => (await suggest('lease')).length >= 2)

    const leases = await suggest('lea')
    assert.deepEqual(leases.slice(0, 2), ['Lease of a barn', 'Barn, 2nd lease'])
    assert.ok(leases.includes('leaves'), leases.join())
    assert.deepEqual(await suggest('lea', {}, 1), ['Lease of a barn'])
    assert.deepEqual(await suggest('lea', { created_by: ADA }), ['Lease of a barn'])
    assert.deepEqual(await suggest('less', { status: 'sent' }), ['lessee'])
    assert.deepEqual(await suggest('less', { created_by: [ADA, 'nobody@example.com'] }), ['lessor'])
    assert.deepEqual(await suggest('Barn less', { created_by: BOB }), ['Barn lessee'])
    assert.deepEqual(await suggest('barn lea', { created_by: ADA }), ['Lease of a barn'])
    assert.deepEqual(await suggest('UBERW'), ['Überweisung'])
    assert.deepEqual(await suggest('barn xylo'), [])
    assert.deepEqual(await suggest('lea', { created_by: 'nobody@example.com' }), [])

    const older = sample({ title: 'Older', content: 'A tennis court.' })
    const newer = Array.from({ length: 30 }, () =>
      sample({ title: 'Newer', content: 'The tenant owes rent.' }),
    )
    await index.index([older, ...newer])
    await eventually('the newer documents', async () => (await suggest('tenn')).length > 0)
    assert.deepEqual(await suggest('ten'), ['tenant', 'tennis'])
  })
}
