/** How every search driver combines several values of a filter. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SearchFilters, SearchIndex } from '../ports/search/port.ts'
import { eventually } from './deadline.ts'
import { sampleSearchDocument as sample } from './sample-documents.ts'

/** @param open returns an empty index, which is stopped here */
export function searchFilterContract(open: () => Promise<SearchIndex>): void {
  void test('a filter with several values finds the documents that have any of them', async (t) => {
    const index = await open()
    t.after(() => index.stop())
    await index.index([
      sample({
        title: 'Contract A',
        created_by: 'ada@example.com',
        content_type: 'text/plain',
        text_language: 'de',
      }),
      sample({
        title: 'Contract B',
        created_by: 'bob@example.com',
        content_type: 'text/html',
        status: 'sent',
        text_state: 'failed',
      }),
      sample({
        title: 'Contract C',
        created_by: 'cy@example.com',
        content_type: 'text/html',
        status: 'signed',
      }),
    ])
    const find = async (filters: SearchFilters): Promise<string> => {
      const { documents } = await index.within('all').search({ q: 'contract', filters, from: 0, size: 10 })
      const letters = documents.map(({ title }) => title.slice(-1))
      return letters.sort().join('')
    }
    await eventually('the documents', async () => (await find({})) === 'ABC')

    assert.equal(await find({ text_state: 'failed' }), 'B')
    assert.equal(await find({ text_state: ['indexed', 'failed'] }), 'ABC')
    assert.equal(await find({ language: ['de', 'fr'] }), 'A')
    assert.deepEqual(await index.within('all').aggregate('text_language'), [{ key: 'de', count: 1 }])
    assert.equal(await find({ status: ['sent', 'signed'] }), 'BC')
    assert.equal(await find({ status: ['sent'] }), 'B')
    assert.equal(await find({ status: ['archived', 'signed'] }), 'C')
    assert.equal(await find({ status: ['archived', 'cancelled'] }), '')
    assert.equal(await find({ created_by: ['ADA@Example.com', 'cy@example.com'] }), 'AC')
    assert.equal(await find({ created_by: ['bob', 'nobody@example.com'] }), '')
    assert.equal(await find({ content_type: ['text/plain', 'text/html'] }), 'ABC')
    assert.equal(await find({ status: ['created', 'signed'], content_type: ['text/html', 'image/png'] }), 'C')
    assert.deepEqual(
      await index.within('all').aggregate('content_type', undefined, { status: ['created', 'signed'] }),
      [
        { key: 'text/html', count: 1 },
        { key: 'text/plain', count: 1 },
      ],
    )
    assert.deepEqual(
      await index.within('all').aggregate('status', 'contract', { created_by: ['BOB@example.com', 'x'] }),
      [{ key: 'sent', count: 1 }],
    )
  })
}
