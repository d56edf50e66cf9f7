import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { TEST_FILE } from '../../testing/test-file.ts'
import { findLanguages } from './language-data.ts'

const folder = await mkdtemp(join(tmpdir(), 'docmgr-languages-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))

test('data of the folder comes first, and English from docmgr', async () => {
  await writeFile(join(folder, 'deu.traineddata'), '')
  const [german, english] = await findLanguages(['deu', 'eng'], folder)
  assert.equal(german!.file, join(folder, 'deu.traineddata'))
  assert.match(english!.file, /extraction\/ocr\/eng\.traineddata\.gz$/)
  await writeFile(join(folder, 'eng.traineddata'), '')
  assert.equal((await findLanguages(['eng'], folder))[0]!.file, join(folder, 'eng.traineddata'))
})

test('missing data names the setting and what to do', async () => {
  await assert.rejects(findLanguages(['fra'], undefined), {
    message:
      'extraction.ocrLanguages: there is no language data of fra: put fra.traineddata into a folder and set extraction.ocrData to it',
  })
  await assert.rejects(findLanguages(['fra'], folder), /put fra\.traineddata into \/.+docmgr-languages/)
})
