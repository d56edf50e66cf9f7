import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../../testing/deadline.ts'
import { hangThreads } from '../../../testing/hung-threads.ts'
import { sampleSearchDocument as sample } from '../../../testing/sample-documents.ts'
import { openTestSearch } from '../../../testing/search-index.ts'
import { startedThreads } from '../../../testing/started-threads.ts'

/** Milliseconds of one call: more than the test takes. */
const THREAD_MS = 60_000

test('a search does not wait for one that needs long', async (t) => {
  const threads = startedThreads(t)
  const index = await openTestSearch(undefined, THREAD_MS)
  await index.index([sample({ title: 'Lease' })])
  const [, reader] = threads
  assert.equal(await hangThreads([reader!]), 1)

  let totals: number[] = []
  const find = async (): Promise<void> => {
    const { total } = await index.within('all').search({ q: 'lease', filters: {}, from: 0, size: 10 })
    totals.push(total)
  }
  const long = find().catch((error: Error) => error)
  // The first of these are given to the only reader there is.
  const others: Promise<unknown>[] = []
  await eventually('a search to be answered', () => {
    others.push(find().catch((error: Error) => error))
    return totals.length > 0
  })
  assert.equal(totals[0], 1)
  totals = []
  await reader!.terminate()
  assert.match(String(await long), /has stopped/)
  await Promise.all(others)
  await find()
})
