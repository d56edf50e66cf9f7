import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLogger } from '../../runtime/logger.ts'
import { attached, attachment, mailWith } from '../../testing/attached-files.ts'
import { pdf } from '../../testing/sample-files.ts'
import { imageOf, pngOf, scannedPdf, tiffOf } from '../../testing/scanned-files.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { createExtractor } from '../extractor.ts'
import { findLanguages } from './language-data.ts'
import { createOcr, type OcrLimits } from './ocr.ts'
import { countUnread, isUnfinished } from './scan-state.ts'

const languages = await findLanguages(['eng'], undefined)
const extractor = createExtractor({ log: silentLogger, limits: { timeoutMs: 60_000 } })
TEST_FILE.after(() => extractor.stop())

const RENT = 'The tenant pays the rent on the third day of each month.'
const NOTICE = 'Notice of termination must be given in writing.'
const rent = await imageOf(RENT)
const notice = await imageOf(NOTICE)

/** All turns that a content needs, and what it has then. */
async function readAll(contentType: string, bytes: Uint8Array, limits: Partial<OcrLimits> = {}) {
  const ocr = createOcr({ languages, limits })
  let extraction = await extractor.extract({ contentType, bytes })
  const unread = countUnread(extraction.scan ?? { unread: [] })
  while (isUnfinished(extraction)) extraction = await ocr.readOn(bytes, extraction)
  ocr.stop()
  assert.ok(extraction.outcome === 'text', JSON.stringify(extraction))
  const parts = extraction.parts.map(({ page, text }) => [page, text.replaceAll(/\s+/g, ' ')])
  return { extraction, unread, parts }
}

test('scans that are attached to a PDF are read after its own pages, in turns', async () => {
  const inner = await scannedPdf([RENT, '', NOTICE])
  const options = attached(
    ['annex.pdf', attachment(inner)],
    ['photo.png', attachment(pngOf(notice))],
    ['words.pdf', attachment(pdf(['has words']))],
  )
  const { parts, unread } = await readAll('application/pdf', pdf(['Cover'], options), { turnMs: 0 })
  assert.equal(unread, 4)
  assert.deepEqual(parts, [
    [1, 'Cover'],
    [undefined, 'annex.pdf'],
    [undefined, 'photo.png'],
    [undefined, 'words.pdf has words'],
    [undefined, `annex.pdf ${RENT}`],
    [undefined, `annex.pdf ${NOTICE}`],
    [undefined, `photo.png ${NOTICE}`],
  ])
})

test('scans of a mail are read, also in a mail and a PDF within it, and a small image is not', async () => {
  const logo = pngOf({ width: 60, height: 40, pixels: new Uint8Array(2_400) })
  const container = pdf(['Cover'], attached(['deepest.tif', attachment(tiffOf([rent, notice]))]))
  const forwarded = mailWith(['container.pdf', 'application/pdf', container])
  const mail = mailWith(
    ['logo.png', 'image/png', logo],
    ['forwarded.eml', 'message/rfc822', forwarded],
    ['scan.pdf', 'application/octet-stream', await scannedPdf([NOTICE])],
  )
  const { parts, unread } = await readAll('message/rfc822', mail)
  assert.equal(unread, 3, JSON.stringify(parts))
  assert.deepEqual(parts.slice(-3), [
    [undefined, `deepest.tif ${RENT}`],
    [undefined, `deepest.tif ${NOTICE}`],
    [undefined, `scan.pdf ${NOTICE}`],
  ])
})

test('pages of files within a file count to its limits, and a damaged one costs only itself', async () => {
  const damaged = pngOf(rent).subarray(0, 200)
  const mail = mailWith(
    ['damaged.png', 'image/png', damaged],
    ['pages.tif', 'image/tiff', tiffOf([rent, notice, rent])],
  )
  const { extraction, parts } = await readAll('message/rfc822', mail, { maxPages: 3 })
  assert.deepEqual(parts.slice(-2), [
    [undefined, `pages.tif ${RENT}`],
    [undefined, `pages.tif ${NOTICE}`],
  ])
  assert.ok(extraction.outcome === 'text' && extraction.cut)
  assert.equal(extraction.reason, 'limits.ocrPages: 1 page or image was not read')
})
