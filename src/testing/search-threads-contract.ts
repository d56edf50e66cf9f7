/** What an index does when threads of it end, as of a fault in native code or for want of memory. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DomainError } from '../domain/errors.ts'
import type { SearchIndex } from '../ports/search/port.ts'
import { eventually } from './deadline.ts'
import { sampleSearchDocument as sample } from './sample-documents.ts'
import { startedThreads } from './started-threads.ts'

const COUNT = 40
const STRIKE_EVERY = 8

/** @param open returns an empty index, which is stopped here */
export function searchThreadsContract(open: () => Promise<SearchIndex>): void {
  void test('threads that end lose nothing, are replaced, and fail calls as unavailable only', async (t) => {
    const threads = startedThreads(t)
    const index = await open()
    t.after(() => index.stop())
    await index.index([sample({ title: 'Contract', content: 'The first one starts all threads.' })])
    let ended = 0
    for (let number = 1; number < COUNT; number++) {
      const document = sample({ title: `Contract ${number}`, content: `Clause ${number} of ${COUNT}` })
      const indexed = untilAvailable(() => index.index([document]))
      if (number % STRIKE_EVERY === 0) {
        ended += threads.length
        await Promise.all(threads.splice(0).map((thread) => thread.terminate()))
      }
      await indexed
    }
    assert.ok(ended >= Math.floor((COUNT - 1) / STRIKE_EVERY), `${ended} threads`)
    const find = () => index.within('all').search({ q: 'contract', filters: {}, from: 0, size: COUNT })
    await eventually('all documents', async () => (await untilAvailable(find)).total === COUNT)
    assert.equal((await untilAvailable(() => index.list(undefined, 2 * COUNT))).length, COUNT)
  })
}

/** Repeats a call as the indexer does. */
function untilAvailable<T>(call: () => Promise<T>): Promise<T> {
  return eventually('the index to be available', () =>
    call().catch((error: unknown) => {
      if (error instanceof DomainError && error.code === 'unavailable') return undefined
      throw error
    }),
  ) as Promise<T>
}
