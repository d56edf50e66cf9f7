/** What an index does when threads of it are busy, end, as of a fault in native code or for want of memory, or answer nothing any more. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DomainError } from '../domain/errors.ts'
import type { SearchIndex } from '../ports/search/port.ts'
import { eventually, within } from './deadline.ts'
import { hangThreads } from './hung-threads.ts'
import { sampleSearchDocument as sample } from './sample-documents.ts'
import { startedThreads } from './started-threads.ts'

const COUNT = 40
const STRIKE_EVERY = 8

/** Milliseconds of one call, where threads hang: more than any of them takes, also on a busy machine. */
const THREAD_MS = 3_000

/** @param open returns an empty index, which is stopped here */
export function searchThreadsContract(open: (threadMs?: number) => Promise<SearchIndex>): void {
  searchWhileWriting(open)

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

  void test('threads that answer nothing any more are replaced, and fail calls as passing failures only', async (t) => {
    const threads = startedThreads(t)
    const index = await open(THREAD_MS)
    t.after(() => index.stop())
    await index.index([sample({ title: 'Hung one', content: 'Before the threads hang.' })])
    const find = () => index.within('all').search({ q: 'hung', filters: {}, from: 0, size: 10 })
    for (const [number, title] of ['Hung two', 'Hung three'].entries()) {
      await untilAvailable(find, passing)
      assert.ok((await hangThreads(threads.splice(0))) > 0)
      const document = sample({ title, content: 'While they hang.' })
      const failed = await within(10 * THREAD_MS, 'a call', index.index([document]).catch(unavailable))
      assert.notEqual(failed, undefined)
      await untilAvailable(() => index.index([document]), passing)
      await eventually(
        'the documents',
        async () => (await untilAvailable(find, passing)).total === number + 2,
      )
    }
  })
}

/** Some three megabytes, which take seconds to be analysed and written. */
const LONG_TEXT = Array.from({ length: 400_000 }, (_, n) => `w${(n % 60_000).toString(36)}`).join(' ')

function searchWhileWriting(open: () => Promise<SearchIndex>): void {
  void test('a search does not wait for a long text that is being written', async (t) => {
    const index = await open()
    t.after(() => index.stop())
    const find = (q: string) => index.within('all').search({ q, filters: {}, from: 0, size: 10 })
    await index.index([sample({ title: 'Short one' })])
    await eventually('the short one', async () => (await find('short')).total === 1)
    let isWritten = false
    const written = index.index([sample({ title: 'Long one', content: LONG_TEXT })]).then(() => {
      isWritten = true
    })
    // In the order of events, however fast the machine is: a search that waits ends when the text has been written.
    const found: number[] = []
    while (!isWritten) {
      const { total } = await find('one')
      if (!isWritten) found.push(total)
    }
    await written
    assert.ok(found.length > 1 && found[0] === 1, `${found.length} searches ended before: ${found.join()}`)
    await eventually('both', async () => (await find('one')).total === 2)
  })
}

/** @throws any error but this one */
function unavailable(error: unknown): DomainError {
  if (error instanceof DomainError && error.code === 'unavailable') return error
  throw error
}

/** Of a search, also that it took too long. */
const passing = (error: unknown): DomainError =>
  error instanceof DomainError && error.code === 'deadline-exceeded' ? error : unavailable(error)

/** Repeats a call as the indexer does. */
function untilAvailable<T>(call: () => Promise<T>, isPassing = unavailable): Promise<T> {
  return eventually('the index to be available', () =>
    call().catch((error: unknown) => void isPassing(error)),
  ) as Promise<T>
}
