import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { ChangeEvent } from '../../domain/change.ts'
import type { Document, DocumentRow } from '../../domain/document-fields.ts'
import { mailWith } from '../../testing/attached-files.ts'
import { eventually } from '../../testing/deadline.ts'
import { illustratedPptx } from '../../testing/illustrated-files.ts'
import { pdf } from '../../testing/sample-files.ts'
import { imageOf, pngOf, scannedPdf } from '../../testing/scanned-files.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

/** Starting the processes takes seconds on a busy machine. */
const READ_MS = 120_000
const RENT = 'The tenant pays the rent on the third day of each month.'
const NOTICE = 'Notice of termination must be given in writing.'

const service = await startTestService(
  { roles: ['document', 'indexer', 'search', 'ws'], settings: { extraction: { ocr: 'auto' } } },
  TEST_FILE,
)

async function upload(
  title: string,
  bytes: Buffer,
  { type = 'application/pdf', by = 'ada@example.com' } = {},
) {
  const path = `/documents?title=${encodeURIComponent(title)}&created_by=${by}`
  const answer = await service.request('POST', path, bytes, { 'content-type': type })
  assert.equal(answer.status, 201)
  return (await answer.json()) as Document
}

const isRead = (id: string): Promise<Document> =>
  eventually(
    `the text of ${id}`,
    async () => {
      const document = (await service.send('GET', `/documents/${id}`)).body as Document
      return document.text.state !== 'pending' && document
    },
    READ_MS,
  )

test('the phrase of a scanned page is found, with its page and the language of the document', async () => {
  const { id, text } = await upload('Lease', await scannedPdf([RENT, '', NOTICE]))
  assert.deepEqual(text, { state: 'pending' })
  assert.deepEqual((await isRead(id)).text, { state: 'indexed', pages: 3, language: 'en' })
  const hit = await eventually('the phrase to be found', async () => {
    const { body } = await service.send(
      'GET',
      `/search?q=${encodeURIComponent('"termination must be given"')}`,
    )
    return body.documents[0]
  })
  assert.deepEqual([hit.id, hit.page], [id, 3])
  const { parts } = (await service.send('GET', `/documents/${id}/text`)).body
  assert.deepEqual(parts, [
    { page: 1, text: RENT },
    { page: 3, text: NOTICE },
  ])
})

test('a scan that is attached to a mail is found', async () => {
  const mail = mailWith(['scan.pdf', 'application/pdf', await scannedPdf([NOTICE])])
  const { id } = await upload('Mail', mail, { type: 'message/rfc822', by: 'mail@example.com' })
  assert.deepEqual((await isRead(id)).text, { state: 'indexed', language: 'en' })
  const { parts } = (await service.send('GET', `/documents/${id}/text`)).body
  assert.deepEqual(parts.at(-1), { text: `scan.pdf\n\n${NOTICE}` })
})

test('the phrase of an image in a presentation is found on its slide', async () => {
  const phrase = 'The herons of the estuary are counted in spring.'
  const slides = [['Birds'], ['Counting', ['scan.png', pngOf(await imageOf(phrase))] as const]]
  const type = 'application/vnd.openxmlformats-officedocument.presentationml.presentation'
  const { id } = await upload('Birds', illustratedPptx(slides), { type, by: 'birds@example.com' })
  assert.deepEqual((await isRead(id)).text, { state: 'indexed', pages: 2, language: 'en' })
  const hit = await eventually('the phrase to be found', async () => {
    const { body } = await service.send('GET', `/search?q=${encodeURIComponent('"herons of the estuary"')}`)
    return body.documents[0]
  })
  assert.deepEqual([hit.id, hit.page], [id, 2])
  const { parts } = (await service.send('GET', `/documents/${id}/text`)).body
  assert.deepEqual(parts, [
    { page: 1, text: 'Birds' },
    { page: 2, text: `Counting\n\n${phrase}` },
  ])
})

test('an image is read whatever it is called, and of a page with text only the others', async () => {
  const image = pngOf(await imageOf(NOTICE))
  for (const type of ['image/png', 'application/octet-stream']) {
    const { id } = await upload('Notice', image, { type })
    assert.deepEqual((await isRead(id)).text, { state: 'indexed', pages: 1, language: 'en' })
    assert.equal((await service.send('GET', `/documents/${id}/text`)).body.parts[0].text, NOTICE)
  }
  const { id } = await upload('Plain', pdf(['a swift screams']))
  await isRead(id)
  assert.equal((await service.send('GET', `/documents/${id}/text`)).body.parts[0].text, 'a swift screams')
})

test('a long scan holds back nobody else, nor the other documents of its owner', async () => {
  const pages = Array.from({ length: 25 }, (_, number) => `${NOTICE} ${number}`)
  const scan = await upload('Scan', await scannedPdf(pages), { by: 'scan@example.com' })
  const own = await upload('Own', pdf(['a heron waits']), { by: 'scan@example.com' })
  const other = await upload('Other', pdf(['a tern hovers']), { by: 'other@example.com' })
  await Promise.all([isRead(own.id), isRead(other.id)])
  const readAt = (id: string): number =>
    service.events.findIndex(
      ({ key, value: { after } }: ChangeEvent) =>
        key === id && (after as DocumentRow).text_state === 'indexed',
    )
  assert.equal((await isRead(scan.id)).text.pages, 25)
  await eventually('the scan to be an event', () => readAt(scan.id) > 0)
  assert.ok(readAt(own.id) < readAt(scan.id) && readAt(other.id) < readAt(scan.id))
})

test('a document says how many of its pages are left, and its text has those that were read', async () => {
  const pages = Array.from({ length: 40 }, (_, number) => `${RENT} ${number}`)
  const { id } = await upload('Progress', await scannedPdf(pages), { by: 'progress@example.com' })
  const partly = await eventually(
    'a part of the text',
    async () => {
      const { body } = await service.send('GET', `/documents/${id}/text`)
      assert.equal(body.state, 'pending', 'all of it was read at once')
      return body.parts.length > 0 && body
    },
    READ_MS,
  )
  const left = (reason: unknown): number =>
    Number(/^OCR has (\d+) of 40 pages left to read$/.exec(`${reason}`)?.[1])
  assert.ok(left(partly.reason) >= 1 && left(partly.reason) <= 39, partly.reason)
  assert.equal(partly.pages, 40)
  assert.deepEqual(partly.parts[0], { page: 1, text: pages[0] })
  assert.ok(partly.parts.length < 40)

  assert.deepEqual((await isRead(id)).text, { state: 'indexed', pages: 40, language: 'en' })
  const rows = (): DocumentRow[] =>
    service.events
      .filter(({ key }: ChangeEvent) => key === id)
      .map(({ value }: ChangeEvent) => value.after as DocumentRow)
  await eventually('the end to be an event', () => rows().at(-1)?.text_state === 'indexed')
  assert.ok(rows().every(({ version }) => version === 1))
  const turns = rows().flatMap(({ text_state, text_reason }) =>
    text_state === 'pending' && text_reason !== null ? [left(text_reason)] : [],
  )
  assert.ok(new Set(turns).size >= 3, 'a turn has ten pages at most')
  const descending = [...turns].sort((one, other) => other - one)
  assert.deepEqual(turns, descending)
})

test('an OCR process that is killed costs a page, and no more', async () => {
  const pages = Array.from({ length: 12 }, (_, number) => `${RENT} ${number}`)
  const { id } = await upload('Killed', await scannedPdf(pages), { by: 'killed@example.com' })
  const killed = await eventually('an OCR process to run', ocrProcess, READ_MS)
  process.kill(killed, 'SIGKILL')
  const { text } = await isRead(id)
  assert.equal(text.state, 'indexed')
  const { parts } = (await service.send('GET', `/documents/${id}/text`)).body
  assert.ok(parts.length >= 11, JSON.stringify(text))
  if (parts.length < 12) assert.match(text.reason!, /page \d+ was not read: needs more memory than allowed/)
})

/** One of the OCR processes that this process has started. */
async function ocrProcess(): Promise<number | undefined> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,ppid=,args='])
  const found = stdout.split('\n').find((line) => {
    const [, ppid, ...args] = line.trim().split(/ +/)
    return Number(ppid) === process.pid && args.join(' ').includes('ocr.worker')
  })
  return found === undefined ? undefined : Number.parseInt(found)
}
