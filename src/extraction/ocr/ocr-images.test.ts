import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { deflateRawSync, deflateSync } from 'node:zlib'
import { silentLogger } from '../../runtime/logger.ts'
import { mailWith } from '../../testing/attached-files.ts'
import {
  illustratedDocx,
  illustratedEpub,
  illustratedOdp,
  illustratedOdt,
  illustratedPptx,
  illustratedRtf,
  illustratedXlsx,
  type NamedImage,
} from '../../testing/illustrated-files.ts'
import { jpegOf } from '../../testing/jpeg-file.ts'
import { DOCX_TYPE, docxEntries } from '../../testing/sample-files.ts'
import { entry, relationships, zipOf } from '../../testing/sample-office-files.ts'
import { imageOf, pngFile, pngOf, tiffOf } from '../../testing/scanned-files.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { createExtractor } from '../extractor.ts'
import type { Extraction } from '../extraction.ts'
import { findLanguages } from './language-data.ts'
import { createOcr, type OcrLimits } from './ocr.ts'
import { countUnread, isUnfinished } from './scan-state.ts'

const languages = await findLanguages(['eng'], undefined)
const extractor = createExtractor({ log: silentLogger, limits: { timeoutMs: 60_000 } })
TEST_FILE.after(() => extractor.stop())

const RENT = 'The tenant pays the rent on the third day of each month.'
const NOTICE = 'Notice of termination must be given in writing.'
const rentImage = await imageOf(RENT)
const noticeImage = await imageOf(NOTICE)
const rent: NamedImage = ['rent.png', pngOf(rentImage)]
const notice: NamedImage = ['notice.jpeg', jpegOf(noticeImage)]
const icon: NamedImage = ['icon.png', pngOf({ width: 60, height: 40, pixels: new Uint8Array(2_400) })]

/** All turns that a content needs: what it has then, and how many images there were to read. */
async function readAll(
  bytes: Uint8Array,
  { type = 'application/octet-stream', ...limits }: ReadOptions = {},
) {
  const first = await extractor.extract({ contentType: type, bytes })
  const ocr = createOcr({ languages, limits })
  let extraction = first
  while (isUnfinished(extraction)) extraction = await ocr.readOn(bytes, extraction)
  ocr.stop()
  const read = extraction.outcome === 'text' ? extraction.parts : []
  const parts = read.map(({ page, text }) => [page, text.replaceAll(/\s+/g, ' ')])
  return { first, extraction, parts, unread: countUnread(first.scan ?? { unread: [] }) }
}
type ReadOptions = Partial<OcrLimits> & { type?: string }

const rentBin: NamedImage = ['rent.bin', rent[1]]
const FORMATS: [string, Buffer][] = [
  ['DOCX', illustratedDocx(['Lease', icon, rent, 'between', notice, rent])],
  ['ODT', illustratedOdt(['Lease', icon, rent, 'between', notice, rent])],
  ['RTF', illustratedRtf(['Lease', icon, rentBin, 'between', notice, rentBin])],
]
for (const [format, bytes] of FORMATS) {
  test(`${format}: images follow the text, in their order and each once, without small ones`, async () => {
    const { parts, unread, extraction } = await readAll(bytes, { turnPages: 1 })
    assert.equal(unread, 2)
    assert.deepEqual(parts, [
      [undefined, 'Lease between'],
      [undefined, RENT],
      [undefined, NOTICE],
    ])
    assert.ok(extraction.outcome === 'text' && !extraction.cut && extraction.reason === undefined)
  })
}

test('DOCX: images of headers and of drawings for older programs are read, and those that nothing shows are not', async () => {
  const header = entry('word/header1.xml', '<w:hdr><v:imagedata r:id="rId1"/></w:hdr>')
  const bytes = zipOf(
    ...docxEntries([], '<w:p><w:r><w:t>Words</w:t></w:r><w:pict><v:imagedata r:id="rId1"/></w:pict></w:p>'),
    relationships('word/document.xml', [
      ['image', 'media/notice.jpeg'],
      ['image', 'media/unused.png'],
      ['header', 'header1.xml'],
    ]),
    header,
    relationships('word/header1.xml', [['image', '/word/media/rent.png']]),
    { name: 'word/media/rent.png', bytes: rent[1] },
    { name: 'word/media/notice.jpeg', bytes: notice[1] },
    { name: 'word/media/unused.png', bytes: tiffOf([rentImage]) },
  )
  const { parts } = await readAll(bytes)
  assert.deepEqual(parts, [
    [undefined, 'Words'],
    [undefined, RENT],
    [undefined, NOTICE],
  ])
})

const SLIDES = [
  ['Goals'],
  [rent, notice],
  ['Costs', icon, ['again.png', rent[1]] as NamedImage],
  ['End', notice],
]
test('PPTX and ODP: what images show is on the slide that shows them first, behind its text', async () => {
  const slides = [...SLIDES, ['Last', ['tall.tif', tiffOf([noticeImage, rentImage])] as NamedImage]]
  for (const bytes of [illustratedPptx(slides), illustratedOdp(slides)]) {
    const { parts, extraction, unread } = await readAll(bytes, { turnPages: 1 })
    assert.equal(unread, 3)
    assert.deepEqual(parts, [
      [1, 'Goals'],
      [2, `${RENT} ${NOTICE}`],
      [3, 'Costs'],
      [4, 'End'],
      [5, `Last ${NOTICE}`],
    ])
    assert.equal(extraction.pages, 5)
  }
})

test('XLSX: what images show is on their sheet', async () => {
  const { parts } = await readAll(illustratedXlsx({ One: [icon], Two: [notice], Three: [rent, notice] }))
  assert.deepEqual(parts, [
    [1, 'One'],
    [2, `Two ${NOTICE}`],
    [3, `Three ${RENT}`],
  ])
})

test('EPUB: images follow the chapters, also of a book of images only, and those in a drawing', async () => {
  const { parts } = await readAll(illustratedEpub([['One', notice], ['Two'], [rent]]))
  assert.deepEqual(parts, [
    [undefined, 'One'],
    [undefined, 'Two'],
    [undefined, NOTICE],
    [undefined, RENT],
  ])
  const drawing = '<svg><image xlink:href="../images/rent%2Epng" width="1"/></svg>'
  const first = illustratedEpub([[drawing], [rent, notice]])
  assert.deepEqual((await readAll(first)).parts, [
    [undefined, RENT],
    [undefined, NOTICE],
  ])
})

test('without OCR a document of images only says what to do', async () => {
  const { first } = await readAll(illustratedDocx([rent]), { maxPages: 0 })
  const { scan: _, ...said } = first
  assert.deepEqual(said, {
    outcome: 'empty',
    reason: 'images only: to have it read, set extraction.ocr to auto',
  })
})

test('an image in a document that a mail has is read, on no page', async () => {
  const slides = illustratedPptx([['Cover'], [rent]])
  const mail = mailWith(['slides.pptx', 'application/octet-stream', slides])
  const { parts } = await readAll(mail, { type: 'message/rfc822' })
  assert.deepEqual(parts.slice(-2), [
    [undefined, 'slides.pptx Cover'],
    [undefined, `slides.pptx ${RENT}`],
  ])
})

const reasonOf = (extraction: Extraction): string | undefined =>
  extraction.outcome === 'text' && extraction.cut ? extraction.reason : JSON.stringify(extraction)

test('a broken image costs only itself, and the text says that it is not all', async () => {
  const broken: [NamedImage, RegExp][] = [
    [['cut.png', rent[1].subarray(0, 200)], /^image cut\.png was not read: /],
    [['cut.jpeg', notice[1].subarray(0, 10)], /^image cut\.jpeg was not read: malformed image$/],
    [['huge.png', pngFile(50_000, 50_000, deflateSync(Buffer.alloc(1e6)))], /image of 50000 × 50000 pixels/],
  ]
  for (const [image, reason] of broken) {
    const { parts, extraction } = await readAll(illustratedDocx(['Words', image, notice]))
    assert.deepEqual(parts, [
      [undefined, 'Words'],
      [undefined, NOTICE],
    ])
    assert.match(reasonOf(extraction)!, reason)
  }
})

test('an image is what its bytes say, whatever its name; drawings and other files are not read', async () => {
  const others: NamedImage[] = [
    ['notice.png', notice[1]],
    ['drawing.emf', Buffer.from('\x01\0\0\0l\0\0\0')],
    ['drawing.svg', Buffer.from('<svg><text>unread</text></svg>')],
    ['script.png', Buffer.from('#!/bin/sh\n')],
    ['page.jpeg', Buffer.from('%PDF-1.4\n')],
    ['rent.emf', rent[1]],
  ]
  const { parts, extraction, unread } = await readAll(illustratedDocx(['Words', ...others]))
  assert.equal(unread, 2)
  assert.deepEqual(parts.slice(1), [
    [undefined, NOTICE],
    [undefined, RENT],
  ])
  assert.ok(extraction.outcome === 'text' && !extraction.cut)
})

test('images count to the limit of pages, and those beyond it are reported', async () => {
  const { parts, extraction } = await readAll(illustratedDocx(['Words', rent, notice]), { maxPages: 1 })
  assert.equal(parts.length, 2)
  assert.equal(reasonOf(extraction), 'limits.ocrPages: 1 page or image was not read')
})

test('hostile: of 10,000 images the first are noted, and all others are counted', async () => {
  const size = { width: 400, height: 300 }
  const images = Array.from({ length: 10_000 }, (_, index): NamedImage => {
    const pixels = new Uint8Array(size.width * size.height)
    pixels[index] = 255
    return [`${index}.png`, pngFile(size.width, size.height, Buffer.from(`${index}`))]
  })
  for (const bytes of [
    illustratedDocx(['Words', ...images]),
    illustratedOdt(['Words', ...images]),
    illustratedRtf(['Words', ...images]),
  ]) {
    const { first, extraction, unread } = await readAll(bytes, { maxPages: 1 })
    assert.ok(first.outcome === 'text' && !first.cut)
    assert.equal(unread, 1_000)
    assert.equal(
      (extraction as { reason?: string }).reason,
      'limits.ocrPages: 9999 pages or images were not read',
    )
  }
})

test('hostile: parts that inflate to gigabytes, and one image that is named 100,000 times', async () => {
  const packed = deflateRawSync(Buffer.alloc(256 * 1024 * 1024))
  const bombs = Array.from({ length: 20 }, (_, index): NamedImage => [`${index}.png`, packed])
  const zip = illustratedDocx(['Words', ...bombs, ...Array<NamedImage>(100_000).fill(notice)])
  markDeflated(zip, /word\/media\/\d+\.png/)
  const before = process.cpuUsage()
  const { parts, extraction } = await readAll(zip, { maxPages: 400 })
  const { user, system } = process.cpuUsage(before)
  assert.ok(user + system < 5e6, `this process computed for ${(user + system) / 1e3} ms`)
  assert.deepEqual(parts.at(-1), [undefined, NOTICE])
  assert.match(reasonOf(extraction)!, /^image 0\.png was not read: inflates to more than \d+ bytes$/)
})

/** Says in the directory of an archive that the files with these names are deflated, to one byte as the directory says. */
function markDeflated(zip: Buffer, name: RegExp): void {
  const text = zip.toString('latin1')
  for (const { index } of text.matchAll(new RegExp(`PK\x01\x02[^]{42}${name.source}`, 'g'))) {
    zip.writeUInt16LE(8, index + 10)
    zip.writeUInt32LE(index, index + 16)
    zip.writeUInt32LE(1, index + 24)
  }
}

test('an image outside of the document is never fetched', async (t) => {
  let requests = 0
  const server = createServer((_, response) => {
    requests++
    response.end(rent[1])
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rent.png`
  const outside = `<Relationships><Relationship Id="rId1" Type="x/image" Target="${url}" TargetMode="External"/><Relationship Id="rId2" Type="x/image" Target="${url}"/><Relationship Id="rId3" Type="x/image" Target="file:///etc/passwd"/></Relationships>`
  const blips = [1, 2, 3].map((id) => `<a:blip r:link="rId${id}" r:embed="rId${id}"/>`).join('')
  const body = `<w:p><w:r><w:t>Words</w:t></w:r>${blips}</w:p>`
  const contents = [
    zipOf(...docxEntries([], body), entry('word/_rels/document.xml.rels', outside)),
    illustratedOdt([`Words<draw:image xlink:href="${url}"/><draw:image xlink:href="../../rent.png"/>`]),
    illustratedEpub([[`Words<img src="${url}"/><img src="${url.slice(5)}"/><img src="../../../rent.png"/>`]]),
  ]
  for (const [index, bytes] of contents.entries()) {
    const type = index === 0 ? DOCX_TYPE : undefined
    const { parts, unread } = await readAll(bytes, type === undefined ? {} : { type })
    assert.deepEqual([parts, unread], [[[undefined, 'Words']], 0])
  }
  assert.equal(requests, 0)
})
