import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../testing/cli.ts'
import { eventually } from '../testing/deadline.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { imageOf, pngOf, scannedPdf } from '../testing/scanned-files.ts'
import { startServiceProcess } from '../testing/service-process.ts'
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
  await service.stop()

  service = await startServiceProcess(data, { DOCMGR_EXTRACTION_OCR: 'auto' })
  assert.equal((await runCli(['reindex', '--text', 'empty', '--data', data])).code, 0)
  for (const id of [scan, image]) {
    assert.deepEqual(await textOf(id), { state: 'indexed', pages: 1, language: 'en' })
    assert.equal((await runCli(['text', id, '--data', data])).stdout, `--- page 1 ---\n${WORDS}\n`)
  }
  await service.stop()
})

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
