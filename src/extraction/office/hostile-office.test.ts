import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertFailed, assertText, deflatedZip, survive } from '../../testing/hostile-contents.ts'
import {
  entry,
  epubEntries,
  odfEntries,
  pptxEntries,
  slide,
  xlsxEntries,
  zipOf,
} from '../../testing/sample-office-files.ts'
import type { ZipFile } from '../../runtime/write-zip.ts'

const OPAQUE_TYPE = 'application/octet-stream'
const DECLARED = {
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  odt: 'application/vnd.oasis.opendocument.text',
  epub: 'application/epub+zip',
}

const formats: [type: string, entries: ZipFile[], withText: string][] = [
  [DECLARED.pptx, pptxEntries([slide('text')]), 'ppt/slides/slide1.xml'],
  [DECLARED.xlsx, xlsxEntries({ text: '<row/>' }), 'xl/worksheets/sheet1.xml'],
  [DECLARED.odt, odfEntries('text', '<text:p>text</text:p>'), 'content.xml'],
  [DECLARED.epub, epubEntries(['<p>text</p>']), 'OPS/text/chapter 0.xhtml'],
]

for (const [type, entries, withText] of formats) {
  test(`${type}: that inflates to 128 MB`, async () => {
    assertFailed(await survive(type, deflatedZip(entries, withText, 128)), /inflates to more than/)
  })

  test(`${type}: cut short, or something else`, async () => {
    const zip = zipOf(...entries)
    for (const end of [zip.length - 30, zip.length / 2, 10]) {
      assertFailed(await survive(type, zip.subarray(0, end)), /not a ZIP archive/)
    }
    assertFailed(await survive(type, Buffer.from('words')), /not a ZIP archive/)
  })

  test(`${type}: with entities that expand, and XML nested very deep`, async () => {
    const declared =
      '<!DOCTYPE x [<!ENTITY l "lol"><!ENTITY lol "&l;&l;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    const nested = '<a:p><text:p>'.repeat(2e5)
    const hostile = entries.map(({ name, bytes }) =>
      name === withText
        ? { name, bytes: Buffer.from(`${declared}${String(bytes)}${nested}&lol;&f;`) }
        : { name, bytes },
    )
    const extraction = await survive(type, zipOf(...hostile))
    assertText(extraction, /text/)
    assert.doesNotMatch(JSON.stringify(extraction), /lollol|root:/)
  })
}

test('PPTX and XLSX: parts that refer to each other, and one that is named 100,000 times', async () => {
  const slides = pptxEntries([slide('once')])
  const many = '<p:sldId r:id="rId1"/>'.repeat(1e5)
  slides[1] = entry('ppt/presentation.xml', `<p:presentation>${many}</p:presentation>`)
  assertText(await survive(OPAQUE_TYPE, zipOf(...slides)), /^once$/)
  const type = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing'
  const self = entry(
    'xl/worksheets/_rels/sheet1.xml.rels',
    `<Relationship Id="a" Type="${type}" Target="sheet1.xml"/>`.repeat(3),
  )
  assertText(await survive(OPAQUE_TYPE, zipOf(...xlsxEntries({ Loop: '<row/>' }), self)), /^Loop$/)
})

test('XLSX: 100,000 sheets', async () => {
  const entries = xlsxEntries({ One: '<row/>' })
  const sheets = Array.from({ length: 1e5 }, (_, n) => `<sheet name="s${n}" r:id="rId1"/>`).join('')
  entries[1] = entry('xl/workbook.xml', `<workbook><sheets>${sheets}</sheets></workbook>`)
  assertText(await survive(OPAQUE_TYPE, zipOf(...entries)), /^s0$/)
  const missing = Array.from(
    { length: 1e5 },
    (_, n) => `<Relationship Id="r${n}" Type="x/worksheet" Target="s${n}.xml"/>`,
  )
  entries[1] = entry(
    'xl/workbook.xml',
    `<workbook><sheets>${sheets.replace(/rId1/g, () => 'r1')}</sheets></workbook>`,
  )
  entries[2] = entry('xl/_rels/workbook.xml.rels', missing.join(''))
  assertFailed(await survive(OPAQUE_TYPE, zipOf(...entries)), /no part/)
})

test('XLSX: a string of 1 MB in 10,000 cells', async () => {
  const cells = '<row><c t="s"><v>0</v></c></row>'.repeat(1e4)
  const entries = xlsxEntries({ One: cells }, { strings: [`<t>${'long '.repeat(2e5)}</t>`] })
  const extraction = await survive(OPAQUE_TYPE, zipOf(...entries))
  assert.ok(extraction.outcome === 'text' && extraction.cut)
})

test('RTF: groups nested a million deep, never closed, or closed too often', async () => {
  for (const braces of [
    '{'.repeat(1e6),
    '{'.repeat(1e6) + '}'.repeat(1e6),
    '{\\*\\x'.repeat(2e5),
    '}'.repeat(1e6),
  ]) {
    assertText(await survive('application/rtf', `{\\rtf1 text${braces}`), /^text/)
  }
})

test('RTF: lengths that lie, many fonts, cut short', async () => {
  const fonts = Array.from({ length: 2e5 }, (_, n) => `{\\f${n}\\fcharset${n % 256}}`).join('')
  const lies = [
    '\\bin2147483647 x',
    '\\bin-5 x',
    '\\uc99999 \\u1x',
    `{\\fonttbl${fonts}`,
    "\\'",
    "\\'f",
    '\\',
    '\\u',
    '{\\*',
  ]
  for (const lie of lies) assertText(await survive('application/rtf', `{\\rtf1 text\\par ${lie}`), /^text/)
})

test('RTF: megabytes of words and symbols', async () => {
  for (const piece of ['\\par', '\\a', "\\'e9", '\\u233?', '{}', '\\*', '\\~', '-', '\\f1']) {
    assertText(await survive('application/rtf', `{\\rtf1 text ${piece.repeat(4e6 / piece.length)}`), /^text/)
  }
})
