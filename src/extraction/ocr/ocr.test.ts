import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import type { TextPart } from '../../domain/text-part.ts'
import { exifOf, jpegOf } from '../../testing/jpeg-file.ts'
import { imageOf, imagePdf, pngFile, pngOf, scannedPdf, tiffOf } from '../../testing/scanned-files.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { silentLogger } from '../../runtime/logger.ts'
import { createExtractor } from '../extractor.ts'
import type { Extraction } from '../extraction.ts'
import { findLanguages } from './language-data.ts'
import { createOcr, type OcrLimits } from './ocr.ts'
import type { GreyImage } from './render-page.ts'
import { imageFormatOf } from './scan-image.ts'
import { isUnfinished, scanOfImage } from './scan-state.ts'

const languages = await findLanguages(['eng'], undefined)
const extractor = createExtractor({ log: silentLogger, limits: { timeoutMs: 60_000 } })
TEST_FILE.after(() => extractor.stop())

/** All turns that a content needs. */
async function readAll(bytes: Uint8Array, limits: Partial<OcrLimits> = {}) {
  const ocr = createOcr({ languages, limits })
  let extraction =
    imageFormatOf(bytes) === undefined
      ? await extractor.extract({ contentType: 'application/pdf', bytes })
      : scanOfImage(bytes)
  let turns = 0
  while (isUnfinished(extraction)) {
    extraction = await ocr.readOn(bytes, extraction)
    turns++
  }
  ocr.stop()
  return { extraction, turns }
}

/** The words of each part, without what separates them. */
function pagesOf(extraction: Extraction): (readonly [number | undefined, string])[] {
  assert.equal(extraction.outcome, 'text', JSON.stringify(extraction))
  const { parts } = extraction as { parts: TextPart[] }
  return parts.map(({ page, text }) => [page, text.replaceAll(/\s+/g, ' ')] as const)
}

const RENT = 'The tenant pays the rent on the third day of each month.'
const NOTICE = 'Notice of termination must be given in writing.'

test('the pages of a scanned PDF are read with their numbers, and a blank one is left out', async () => {
  const { extraction, turns } = await readAll(await scannedPdf([RENT, '', NOTICE]), { turnMs: 600_000 })
  assert.deepEqual(pagesOf(extraction), [
    [1, RENT],
    [3, NOTICE],
  ])
  assert.ok(extraction.outcome === 'text' && !extraction.cut && extraction.pages === 3)
  assert.equal(turns, 1)
})

test('PNG and the pages of TIFF, in either order of bytes, are read', async () => {
  const [rent, notice] = [await imageOf(RENT), await imageOf(NOTICE)]
  assert.deepEqual(pagesOf((await readAll(pngOf(rent))).extraction), [[1, RENT]])
  for (const isLittle of [true, false]) {
    const { extraction } = await readAll(tiffOf([rent, notice], isLittle))
    assert.deepEqual(pagesOf(extraction), [
      [1, RENT],
      [2, NOTICE],
    ])
  }
})

test('a JPEG is read upright, however the camera was held', async () => {
  const image = await imageOf(RENT)
  assert.deepEqual(pagesOf((await readAll(jpegOf(image))).extraction), [[1, RENT]])
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const photo = jpegOf(turned(image, orientation), exifOf(orientation, orientation % 3 === 0))
    const { extraction } = await readAll(photo)
    assert.deepEqual(pagesOf(extraction), [[1, RENT]], `orientation ${orientation}`)
  }
})

/** What a camera stores of an image, with the orientation that shows it upright again (Exif 2.32, 4.6.4). */
function turned({ width, height, pixels }: GreyImage, orientation: number): GreyImage {
  const isOnItsSide = orientation >= 5
  const startsRight = [2, 3, 6, 7].includes(orientation)
  const startsBelow = [3, 4, 7, 8].includes(orientation)
  const stored = isOnItsSide ? { width: height, height: width } : { width, height }
  const pixelAt = (row: number, column: number): number => {
    const [x, y] = isOnItsSide ? [row, column] : [column, row]
    return pixels[(startsBelow ? height - 1 - y : y) * width + (startsRight ? width - 1 - x : x)]!
  }
  const values = Uint8Array.from({ length: pixels.length }, (_, at) =>
    pixelAt(Math.floor(at / stored.width), at % stored.width),
  )
  return { ...stored, pixels: values }
}

test('a scan is read in turns, and continues where the last one ended', async () => {
  const { extraction, turns } = await readAll(await scannedPdf([RENT, NOTICE, RENT]), { turnMs: 0 })
  assert.deepEqual(pagesOf(extraction), [
    [1, RENT],
    [2, NOTICE],
    [3, RENT],
  ])
  assert.equal(turns, 3)
})

test('pages and time have limits, and what is left out is reported', async () => {
  const scan = await scannedPdf([RENT, NOTICE, RENT, NOTICE])
  const few = (await readAll(scan, { maxPages: 2 })).extraction
  assert.equal(pagesOf(few).length, 2)
  assert.ok(few.outcome === 'text' && few.cut)
  assert.equal(few.reason, 'limits.ocrPages: 2 pages or images were not read')
  const short = (await readAll(scan, { maxTimeMs: 100, turnMs: 0 })).extraction
  assert.ok(short.outcome === 'text' && short.cut)
  assert.equal(short.reason, 'limits.ocrTime: 3 pages or images were not read')
})

test('an image without words has no text', async () => {
  const noise = new Uint8Array(400 * 400).map((_, at) => (at * 7919 * (at % 613)) % 251)
  const { extraction } = await readAll(pngOf({ width: 400, height: 400, pixels: noise }))
  assert.equal(extraction.outcome, 'empty')
  assert.equal(extraction.outcome === 'empty' && extraction.reason, 'OCR found no text in its images')
})

test('hostile: an image of 100,000 × 100,000 pixels is not decoded', async () => {
  const bomb = pngFile(100_000, 100_000, deflateSync(Buffer.alloc(1_000_000)))
  const { extraction } = await readAll(bomb)
  assert.equal(extraction.outcome, 'failed')
  assert.match(JSON.stringify(extraction), /an image of 100000 × 100000 pixels/)
})

test('hostile: an image that inflates to gigabytes, and one that is damaged', async () => {
  const zeros = deflateSync(Buffer.alloc(64 * 1024 * 1024))
  for (const bytes of [pngFile(400, 400, zeros), pngFile(400, 400, zeros).subarray(0, 60)]) {
    const { extraction } = await readAll(bytes)
    assert.notEqual(extraction.outcome, 'text')
  }
  assert.equal((await readAll(Buffer.from('II*\0\xff\xff\xff\xff', 'latin1'))).extraction.outcome, 'failed')
})

test('hostile: a page of 100,000 × 100,000 points, and an image of that size in a page', async () => {
  const { pixels, ...size } = await imageOf(RENT)
  const image = { ...size, bytes: deflateSync(pixels) }
  const huge = imagePdf([image], '/MediaBox [0 0 100000 100000]')
  assert.notEqual((await readAll(huge)).extraction.outcome, 'text')
  const zeros = deflateSync(Buffer.alloc(64 * 1024 * 1024))
  const bytes = deflateSync(Buffer.concat(Array<Buffer>(64).fill(zeros)))
  const filter = '[/FlateDecode /FlateDecode]'
  const bomb = imagePdf([{ width: 100_000, height: 100_000, bytes, filter }])
  assert.notEqual((await readAll(bomb)).extraction.outcome, 'text')
})

test('hostile: of a PDF of 5,000 scanned pages only the first are read', async () => {
  const { pixels, ...size } = await imageOf(RENT)
  const image = { ...size, bytes: deflateSync(pixels) }
  const { extraction } = await readAll(imagePdf(Array(5_000).fill(image)), { maxPages: 2 })
  assert.equal(pagesOf(extraction).length, 2)
  assert.match(JSON.stringify(extraction), /limits.ocrPages: \d+ pages or images/)
})

test('a page that takes too long, or too much memory, costs only itself', async () => {
  const scan = await scannedPdf([RENT, NOTICE])
  for (const limits of [{ pageTimeMs: 1 }, { maxMemoryMb: 32 }]) {
    const { extraction } = await readAll(scan, limits)
    assert.equal(extraction.outcome, 'failed')
    assert.match(JSON.stringify(extraction), /page 1 was not read: (took longer|needs more memory)/)
  }
})

test('stop() ends a turn', async () => {
  const scan = await scannedPdf([RENT, NOTICE])
  const extraction = await extractor.extract({ contentType: 'application/pdf', bytes: scan })
  const ocr = createOcr({ languages })
  const turn = ocr.readOn(scan, extraction)
  ocr.stop()
  await assert.rejects(turn, /OCR has stopped/)
})
