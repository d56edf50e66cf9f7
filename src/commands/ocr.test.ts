import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { feedLag } from '../client/feed-lag.ts'
import type { Document } from '../domain/document-fields.ts'
import { runCli } from '../testing/cli.ts'
import { eventually } from '../testing/deadline.ts'
import { illustratedDocx } from '../testing/illustrated-files.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { DOCX_TYPE, docx } from '../testing/sample-files.ts'
import { imageOf, pngOf, scannedPdf } from '../testing/scanned-files.ts'
import { type ServiceProcess, startServiceProcess } from '../testing/service-process.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const WORDS = 'Notice of termination must be given in writing.'
const READ_MS = 120_000
const MISSING = /extraction\.ocrLanguages.*: there is no language data of fra: put fra\.traineddata into/
const WITHOUT_DATA = ['--set', 'extraction.ocr=auto', '--set', 'extraction.ocrLanguages=fra']

const folder = await mkdtemp(join(tmpdir(), 'docmgr-ocr-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))

test('scans say what to do while OCR is off, and are read again when it is on', async () => {
  const data = await newDataFolder(join(folder, 'data'))
  let service = await startServiceProcess(data)
  const create = async (type: string, body: Buffer): Promise<string> => {
    const url = `${service.urls.document}/documents?title=Scan&created_by=ada@example.com`
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body })
    return ((await answer.json()) as { id: string }).id
  }
  const textOf = (id: string): Promise<Record<string, unknown>> =>
    eventually(
      `the text of ${id}`,
      async () => {
        const answer = await fetch(`${service.urls.document}/documents/${id}`)
        const { text } = (await answer.json()) as { text: Record<string, unknown> }
        return text['state'] !== 'pending' && text
      },
      READ_MS,
    )
  const scan = await create('application/pdf', await scannedPdf([WORDS]))
  const image = await create('image/png', pngOf(await imageOf(WORDS)))
  const hint = 'to have it read, set extraction.ocr to auto'
  const reason = `a PDF of images only: ${hint}`
  assert.deepEqual(await textOf(scan), { state: 'empty', reason, pages: 1 })
  assert.deepEqual(await textOf(image), { state: 'empty', reason: `an image: ${hint}` })
  const illustrated = await create(
    DOCX_TYPE,
    illustratedDocx(['Lease', ['a.png', pngOf(await imageOf(WORDS))]]),
  )
  const plain = await create(DOCX_TYPE, docx('Lease'))
  for (const id of [illustrated, plain]) assert.deepEqual(await textOf(id), { state: 'indexed' })
  await service.stop()

  service = await startServiceProcess(data, { DOCMGR_EXTRACTION_OCR: 'auto' })
  const readUnread = async () =>
    (await runCli(['reindex', '--text', 'unread', '--json', '--data', data])).stdout
  assert.equal(await readUnread(), '{"queued":3}\n')
  for (const id of [scan, image]) {
    assert.deepEqual(await textOf(id), { state: 'indexed', pages: 1, language: 'en' })
    assert.equal((await runCli(['text', id, '--data', data])).stdout, `--- page 1 ---\n${WORDS}\n`)
  }
  assert.deepEqual(await textOf(illustrated), { state: 'indexed', language: 'en' })
  assert.equal((await runCli(['text', illustrated, '--data', data])).stdout, `Lease\n${WORDS}\n`)
  assert.equal(await readUnread(), '{"queued":0}\n')
  await service.stop()
})

const linesOf = (count: number): string[] =>
  Array.from({ length: count }, (_, number) => `${WORDS} ${number}`)

test('a kill in the middle of a scan costs one turn, and the next start reads on', async () => {
  const data = await newDataFolder(join(folder, 'killed'))
  let service = await startServiceProcess(data, { DOCMGR_EXTRACTION_OCR: 'auto' })
  const lines = linesOf(40)
  const { id } = (await post(service, await scannedPdf(lines))) as { id: string }
  // After the first turn, which has ten pages at most.
  await eventually('the second turn', async () => ((await lagOf(service)).ocrPages ?? 0) > 10, READ_MS)
  const partly = await runCli(['text', id, '--data', data])
  assert.equal(partly.code, 3)
  assert.match(partly.stderr, /^pending \(OCR has \d+ of 40 pages left to read\), 40 pages\n$/)
  assert.ok(partly.stdout.startsWith(`--- page 1 ---\n${lines[0]}\n--- page 2 ---\n`), partly.stdout)
  const { ocrPages: before = 0 } = await lagOf(service)
  service.kill('SIGKILL')
  await service.exited

  service = await startServiceProcess(data, { DOCMGR_EXTRACTION_OCR: 'auto' })
  const { text } = await eventually(
    'the scan to be read',
    async () => {
      const { pendingTexts } = await lagOf(service)
      const document = (await (await fetch(`${service.urls.document}/documents/${id}`)).json()) as Document
      return document.text.state !== 'pending' && pendingTexts === 0 && document
    },
    READ_MS,
  )
  assert.deepEqual(text, { state: 'indexed', pages: 40, language: 'en' })
  const { ocrPages: after = 0 } = await lagOf(service)
  assert.ok(after < 40 && before + after <= 40 + 10, `${before} pages before the kill, ${after} after it`)
  const answer = await fetch(`${service.urls.document}/documents/${id}/text`)
  const { parts } = (await answer.json()) as { parts: { page: number; text: string }[] }
  assert.deepEqual(
    parts,
    lines.map((line, index) => ({ page: index + 1, text: line })),
  )
  await service.stop()
})

test('import says that scans are still being read, and waits for them', async () => {
  const data = await newDataFolder(join(folder, 'import'))
  const file = join(folder, 'scan.pdf')
  await writeFile(file, await scannedPdf(linesOf(30)))
  const options = { env: { DOCMGR_EXTRACTION_OCR: 'auto' }, limitMs: READ_MS }
  const { code, stdout, stderr } = await runCli(['import', file, '--data', data], options)
  assert.equal(code, 0, stderr)
  assert.match(stderr, /^1 document is still being read \(OCR has \d+ of 30 pages left to read\)$/m)
  assert.match(stdout, /^texts: 1 read, 0 without text, 0 not readable$/m)
})

async function post(service: ServiceProcess, body: Buffer): Promise<unknown> {
  const url = `${service.urls.document}/documents?title=Scan&created_by=ada@example.com`
  const headers = { 'content-type': 'application/pdf' }
  return (await fetch(url, { method: 'POST', headers, body })).json()
}

const lagOf = async ({ urls }: ServiceProcess) =>
  feedLag(await (await fetch(`${urls.document}/metrics`)).text())

test('missing language data is an error of the start, and a problem for doctor', async () => {
  const data = join(folder, 'missing')
  const served = await runCli(['serve', '--data', data, '--port', '0', ...WITHOUT_DATA])
  assert.equal(served.code, 1)
  assert.match(served.stderr, MISSING)
  const { code, stdout } = await runCli(['doctor', '--data', data, ...WITHOUT_DATA])
  assert.equal(code, 3)
  assert.match(stdout, /✗ OCR: /)
  assert.match(stdout, MISSING)
})
