import assert from 'node:assert/strict'
import { test } from 'node:test'
import pc from 'picocolors'
import { createApi } from '../../client/api.ts'
import { sampleSearchDocument as sample } from '../../testing/sample-documents.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'
import { waitUntilFound } from './wait-until-found.ts'

/** What passes with each pause. */
const STEP_MS = 10_000
const SINCE = '2026-01-01T00:00:00.000Z'

/** Nothing is indexed but by the test. */
const service = await startTestService({ roles: ['document', 'search'] }, TEST_FILE)
const urls = { document: service.url, signature: service.url, search: service.url, ws: service.url }
const { signal } = new AbortController()
const api = createApi(urls, { signal })
TEST_FILE.after(() => api.close())

/** Waits for two documents. @param happens at each moment, in seconds since the beginning */
async function wait(createdBy: string, happens: (at: number) => Promise<void>) {
  let at = 0
  const time = {
    now: () => at,
    async pause(ms: number) {
      at += Math.max(ms, STEP_MS)
      await happens(at / 1_000)
    },
  }
  const notes: string[] = []
  const io = { note: (line: string) => void notes.push(line), signal, errorColors: pc.createColors(false) }
  await waitUntilFound(api, { createdBy, since: SINCE, count: 2 }, io, time)
  return { notes, seconds: at / 1_000 }
}

const index = (created_by: string): Promise<unknown> =>
  service.index.index([sample({ created_by, created_at: '2026-01-02T00:00:00.000Z' })])

test('import returns when searches find what it has created, however long that takes', async () => {
  const by = 'slow@example.com'
  const { notes, seconds } = await wait(by, async (at) => {
    if (at === 50 || at === 100) await index(by)
  })
  assert.deepEqual([notes, seconds], [[], 100])
})

test('it says what cannot be found yet when nothing was indexed for a minute', async () => {
  const by = 'stuck@example.com'
  const { notes, seconds } = await wait(by, async (at) => {
    if (at === 50) await index(by)
  })
  assert.deepEqual([notes, seconds], [['still being indexed: 1 of 2 documents cannot be found yet'], 120])
})
