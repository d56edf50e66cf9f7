import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApi } from '../../client/api.ts'
import { ocrProgress } from '../../domain/text-state.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'
import { waitForTexts } from './wait-for-texts.ts'

const MINUTE_MS = 60_000
/** What passes with each pause: more than is asked for, as on a machine that is busy. */
const STEP_MS = 20_000

const service = await startTestService({ roles: ['document'] }, TEST_FILE)
const urls = { document: service.url, signature: service.url, search: service.url, ws: service.url }
const { signal } = new AbortController()
const api = createApi(urls, { signal })
TEST_FILE.after(() => api.close())

/** A scan that the service does not read itself: the test says how far OCR is. */
async function scan(author: string) {
  const document = await service.create({ title: 'Scan', created_by: author })
  const change = (state: string, left: number): Promise<unknown> =>
    service.database.pool.query(
      'update documents.documents set s3_key = null, text_state = $2, text_reason = $3 where id = $1',
      [document.id, state, state === 'pending' ? ocrProgress(left, 10_000) : null],
    )
  await change('pending', 10_000)
  return { document: { ...document, text: { state: 'pending' as const } }, name: 'scan.pdf', change }
}

/** Waits for the scan. @param happens at each moment, in milliseconds since the beginning */
async function wait(waitsFor: Awaited<ReturnType<typeof scan>>, happens: (at: number) => Promise<unknown>) {
  let at = 0
  const time = {
    now: () => at,
    async pause(ms: number) {
      at += Math.max(ms, STEP_MS)
      await happens(at)
    },
  }
  const { states } = await waitForTexts(api, [waitsFor], { note: () => undefined, signal }, time)
  return { states, minutes: at / MINUTE_MS }
}

test('a wait for texts ends after two minutes in which no text gets on', async () => {
  const own = await scan('still@example.com')
  const { states, minutes } = await wait(own, () => Promise.resolve())
  assert.equal(states.pending, 1)
  assert.ok(minutes > 2 && minutes < 3, `${minutes} minutes`)
})

test('it goes on while OCR reads other scans that have their turns first', async () => {
  const [own, other] = [await scan('turns@example.com'), await scan('turns@example.com')]
  const { states, minutes } = await wait(own, (at) =>
    at < 10 * MINUTE_MS ? other.change('pending', 10_000 - at / 10_000) : own.change('indexed', 0),
  )
  assert.deepEqual(states, { pending: 0, indexed: 1, empty: 0, failed: 0 })
  assert.ok(minutes >= 10 && minutes < 11, `${minutes} minutes`)
})

test('it ends two minutes after the last of them', async () => {
  const [own, other] = [await scan('last@example.com'), await scan('last@example.com')]
  const { states, minutes } = await wait(own, async (at) => {
    if (at < 5 * MINUTE_MS) await other.change('pending', 10_000 - at / 10_000)
  })
  assert.equal(states.pending, 1)
  assert.ok(minutes > 6.5 && minutes < 8, `${minutes} minutes`)
})

test('it ends half an hour after its own last turn, however long others take', async () => {
  const [own, other] = [await scan('never@example.com'), await scan('never@example.com')]
  const { states, minutes } = await wait(own, async (at) => {
    await other.change('pending', 10_000 - at / 10_000)
    if (at === MINUTE_MS) await own.change('pending', 9_990)
  })
  assert.equal(states.pending, 1)
  assert.ok(minutes > 31 && minutes < 32, `${minutes} minutes`)
})
