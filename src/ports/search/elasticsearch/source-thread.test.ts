import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mainThreadMs } from '../../../testing/main-thread.ts'
import { sampleSearchDocument as sample } from '../../../testing/sample-documents.ts'
import type { WholeDocument } from '../engine.ts'
import type { Source } from './source.ts'
import { createSourceThread } from './source-thread.ts'

const whole = (content: string): WholeDocument => sample({ title: 'Long', content }) as WholeDocument
const sourceOf = ({ json }: { json: Uint8Array }): Source =>
  JSON.parse(Buffer.from(json).toString()) as Source

test('a text of 3 MB holds up nothing else', async (t) => {
  const sources = createSourceThread()
  t.after(() => sources.stop())
  const document = whole(
    Array.from({ length: 400_000 }, (_, number) => `word${number % 9_000}`)
      .join(' ')
      .slice(0, 3_000_000),
  )
  await sources.whole(whole('The thread has started.'))
  const begun = mainThreadMs(process.pid)
  const source = await sources.whole(document)
  const held = mainThreadMs(process.pid) - begun
  assert.ok(sourceOf(source).content!.length > 100)
  // Without the thread it is about a second.
  assert.ok(held < 250, `${held} ms`)
})

test('a document that cannot be made fails alone, and the thread goes on', async (t) => {
  const sources = createSourceThread()
  t.after(() => sources.stop())
  const document = whole('The tenants cancel their leases.')
  const first = sourceOf(await sources.whole(document))
  assert.match(first.content![0]!.words, /^the tenants cancel/)
  // JSON cannot have it: the thread says so, and goes on.
  const impossible = { ...document, content_size: 1n } as unknown as WholeDocument
  await assert.rejects(sources.whole(impossible), TypeError)
  assert.deepEqual(sourceOf(await sources.whole(document)), first)
  const renamed = { ...document, version: 2, title: 'Cancelled', content: null }
  const completed = sourceOf(await sources.withStoredText(renamed, first))
  assert.deepEqual(completed.content, first.content)
  assert.equal(completed.title_words, 'cancelled')
})

test('a thread that was stopped makes nothing more', async () => {
  const sources = createSourceThread()
  await sources.whole(whole('text'))
  await sources.stop()
  await assert.rejects(sources.whole(whole('text')), { code: 'unavailable' })
})
