import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApi } from '../../client/api.ts'
import type { Document } from '../../domain/document-fields.ts'
import { ocrProgress } from '../../domain/text-state.ts'
import { eventually } from '../../testing/deadline.ts'
import { pdf } from '../../testing/sample-files.ts'
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
  const id = await service.rows.add('Scan')
  const change = (state: string, left: number): Promise<void> =>
    service.rows.change(id, {
      created_by: author,
      content_size: 1_000_000,
      s3_key: null,
      text_state: state,
      text_reason: state === 'pending' ? ocrProgress(left, 10_000) : null,
    })
  await change('pending', 10_000)
  for await (const document of api.listDocuments({ created_by: author }))
    return { document, name: 'scan.pdf', change }
  throw new Error('the scan is in no list')
}

/** The service reads a text of somebody else. */
async function readAnother(): Promise<void> {
  const path = `/documents?title=Other&created_by=other@example.com`
  const type = { 'content-type': 'application/pdf' }
  const { id } = (await (
    await service.request('POST', path, pdf([`text ${++others}`]), type)
  ).json()) as Document
  await eventually('a text of somebody else to be read', async () => {
    const { body } = await service.send('GET', `/documents/${id}/text`)
    return body.state === 'indexed'
  })
}
let others = 0

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

test('it goes on while texts of others are read, which have their turns first', async () => {
  const own = await scan('turns@example.com')
  const { states, minutes } = await wait(own, async (at) => {
    if (at % 80_000 === 0) await readAnother()
    if (at >= 10 * MINUTE_MS) await own.change('indexed', 0)
  })
  assert.deepEqual(states, { pending: 0, indexed: 1, empty: 0, failed: 0 })
  assert.ok(minutes >= 10 && minutes < 11, `${minutes} minutes`)
})

test('it ends two minutes after the last of them', async () => {
  const own = await scan('last@example.com')
  const { states, minutes } = await wait(own, async (at) => {
    if (at < 5 * MINUTE_MS && at % 80_000 === 0) await readAnother()
  })
  assert.equal(states.pending, 1)
  assert.ok(minutes > 6 && minutes < 8, `${minutes} minutes`)
})

test('it ends half an hour after its own last turn, however long others take', async () => {
  const own = await scan('never@example.com')
  const { states, minutes } = await wait(own, async (at) => {
    if (at % 80_000 === 0) await readAnother()
    if (at === MINUTE_MS) await own.change('pending', 9_990)
  })
  assert.equal(states.pending, 1)
  assert.ok(minutes > 31 && minutes < 32, `${minutes} minutes`)
})

test('the document that is waited for may be deleted meanwhile', async () => {
  const own = await scan('deleted@example.com')
  await service.send('DELETE', `/documents/${own.document.id}`)
  const { states } = await wait(own, () => Promise.resolve())
  assert.equal(states.pending, 1)
})
