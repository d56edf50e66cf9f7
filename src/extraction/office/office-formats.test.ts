import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DOCX_TYPE, docx } from '../../testing/sample-files.ts'
import {
  entry,
  epubEntries,
  odfEntries,
  pptxEntries,
  relationships,
  slide,
  xlsxEntries,
  zipOf,
} from '../../testing/sample-office-files.ts'
import type { TextPart } from '../../domain/text-part.ts'
import type { Extraction } from '../extraction.ts'
import { readText } from '../read-text.ts'

const OFFICE_TYPE = 'application/vnd.openxmlformats-officedocument'
const OPEN_DOCUMENT_TYPE = 'application/vnd.oasis.opendocument'
const OPAQUE_TYPE = 'application/octet-stream'

const read = (bytes: Uint8Array, contentType = OPAQUE_TYPE): Promise<Extraction> =>
  readText({ contentType, bytes }, { maxOutputChars: 1e6, softTimeoutMs: 60_000 })

async function partsOf(bytes: Uint8Array, contentType?: string): Promise<TextPart[]> {
  const extraction = await read(bytes, contentType)
  assert.equal(extraction.outcome, 'text', JSON.stringify(extraction))
  return extraction.outcome === 'text' ? extraction.parts : []
}

const textOf = async (bytes: Uint8Array): Promise<string> =>
  (await partsOf(bytes)).map(({ text }) => text).join('\n\n')

test('PPTX: slides in the order of the presentation, as pages, with notes, comments and diagrams', async () => {
  const number = '<a:fld type="slidenum"><a:t>7</a:t></a:fld>'
  const entries = pptxEntries([slide('Goals &amp; costs', 'second line', number), slide('Last')])
  const slides = entries[1]!
  slides.bytes = Buffer.from(String(slides.bytes).replace(/(<p:sldId [^>]*>)(<p:sldId [^>]*>)/, '$2$1'))
  const beside = [
    relationships('ppt/slides/slide1.xml', [
      ['notesSlide', '../notesSlides/notes.xml'],
      ['comments', '../comments/c.xml'],
      ['diagramData', '/ppt/diagrams/d.xml'],
      ['slideLayout', '../slideLayouts/l.xml'],
    ]),
    entry('ppt/notesSlides/notes.xml', slide('To be said')),
    entry('ppt/comments/c.xml', '<p:cmLst><p:cm><p:text>Really?</p:text></p:cm></p:cmLst>'),
    entry('ppt/diagrams/d.xml', '<dgm:pt><dgm:t><a:p><a:r><a:t>Step</a:t></a:r></a:p></dgm:t></dgm:pt>'),
    entry('ppt/slideLayouts/l.xml', slide('Click to edit')),
  ]
  const bytes = zipOf(...entries, ...beside)
  const expected = [
    { page: 1, text: 'Last' },
    { page: 2, text: 'Goals & costs\nsecond line\n\nTo be said\n\nReally?\n\nStep' },
  ]
  assert.deepEqual(await partsOf(bytes, `${OFFICE_TYPE}.presentationml.presentation`), expected)
})

test('PPTX: a slide that is damaged is left out, and the text is marked as cut', async () => {
  const entries = pptxEntries([slide('one'), slide('two')]).filter(({ name }) => !name.endsWith('slide1.xml'))
  const extraction = await read(zipOf(...entries))
  assert.deepEqual(extraction, { outcome: 'text', parts: [{ page: 2, text: 'two' }], cut: true, pages: 2 })
})

test('XLSX: cells row by row, sheet by sheet, as they are seen', async () => {
  const styles =
    '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$-407]d/mm/yyyy;@"/><numFmt numFmtId="165" formatCode="#,##0.00&quot;d&quot;"/></numFmts>' +
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>' +
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="9"/><xf numFmtId="22"/><xf numFmtId="20"/></cellXfs></styleSheet>'
  const cell = (value: string | number, attributes = '') => `<c ${attributes}><v>${value}</v></c>`
  const rows = [
    cell(1, 't="s"') + cell(0, 't="s"') + '<c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>',
    cell('0.30000000000000004') + cell('1234.5', 's="3"') + cell('0.19', 's="4"') + cell(1, 't="b"'),
    cell(45366, 's="1"') +
      cell(45366, 's="2"') +
      cell('45366.75', 's="5"') +
      cell('0.5', 's="6"') +
      cell(1, 's="1"'),
    '<c t="str"><f>A1&amp;"x"</f><v>formula &lt;result&gt;</v></c>' + cell('#REF!', 't="e"'),
  ]
  const sheets = { 'Q1 &amp; Q2': rows.map((row) => `<row>${row}</row>`).join(''), Empty: '' }
  const strings = ['<t>plain</t>', '<r><t>rich </t></r><r><t>text</t></r><rPh><t>reading</t></rPh>']
  const comments = [
    relationships('xl/worksheets/sheet2.xml', [
      ['comments', '../comments1.xml'],
      ['drawing', '../drawings/drawing1.xml'],
    ]),
    entry('xl/comments1.xml', '<comment><text><r><t>Check this</t></r></text></comment>'),
    entry('xl/drawings/drawing1.xml', '<a:p><a:r><a:t>Box</a:t></a:r></a:p>'),
    relationships('xl/drawings/drawing1.xml', [['chart', '../charts/chart1.xml']]),
    entry('xl/charts/chart1.xml', '<c:pt><c:v>Legend</c:v></c:pt>'),
  ]
  const parts = await partsOf(zipOf(...xlsxEntries(sheets, { strings, styles }), ...comments))
  assert.deepEqual(parts, [
    {
      page: 1,
      text: [
        'Q1 & Q2',
        'rich text plain inline',
        '0.3 1234.50 19% TRUE',
        '2024-03-15 2024-03-15 2024-03-15 18:00:00 12:00:00 1900-01-01',
        'formula <result>',
      ].join('\n'),
    },
    { page: 2, text: 'Empty\n\nCheck this\n\nBox\n\nLegend' },
  ])
})

test('XLSX: headers and footers without their codes, days from 1904', async () => {
  const entries = xlsxEntries(
    { One: '<row><c s="0"><v>0</v></c></row>' },
    { styles: '<cellXfs><xf numFmtId="14"/></cellXfs>' },
  )
  const sheet = entries.at(-1)!
  sheet.bytes = Buffer.from(
    String(sheet.bytes).replace(
      '</worksheet>',
      '<headerFooter><oddHeader>&amp;C&amp;"Arial,Bold"&amp;12Strictly secret</oddHeader></headerFooter></worksheet>',
    ),
  )
  const workbook = entries[1]!
  workbook.bytes = Buffer.from(
    String(workbook.bytes).replace('<sheets>', '<workbookPr date1904="1"/><sheets>'),
  )
  assert.equal(await textOf(zipOf(...entries)), 'One\n1904-01-01\nStrictly secret')
})

test('ODT: paragraphs, notes and comments, headers; no deleted text', async () => {
  const body =
    '<text:tracked-changes><text:deletion><text:p>deleted</text:p></text:deletion></text:tracked-changes>' +
    '<text:h>Lease</text:h><text:p>between<text:s text:c="3"/>A<text:tab/>and<text:line-break/>B' +
    '<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>note</text:p></text:note-body></text:note></text:p>' +
    '<text:p>word<office:annotation><dc:creator>Ada</dc:creator><dc:date>2026</dc:date><text:p>comment</text:p></office:annotation></text:p>' +
    '<table:table table:name="T"><table:table-row><table:table-cell><text:p>cell</text:p></table:table-cell></table:table-row></table:table>'
  const styles = '<style:header><text:p>Header</text:p></style:header>'
  const meta = '<dc:title>The lease</dc:title>'
  const bytes = zipOf(...odfEntries('text', body, { styles, meta }))
  assert.deepEqual(await read(bytes, `${OPEN_DOCUMENT_TYPE}.text-template`), {
    outcome: 'text',
    title: 'The lease',
    parts: [{ text: 'Lease\nbetween A and\nB 1 note\n\nword Ada 2026 comment\n\ncell' }, { text: 'Header' }],
    cut: false,
  })
})

test('ODS and ODP: a part for each sheet and slide', async () => {
  const cell = (text: string) => `<table:table-cell><text:p>${text}</text:p></table:table-cell>`
  const row = (...cells: string[]) => `<table:table-row>${cells.map(cell).join('')}</table:table-row>`
  const sheets = ['One', 'Two'].map(
    (name) => `<table:table table:name="${name}">${row(name, 'x')}</table:table>`,
  )
  assert.deepEqual(await partsOf(zipOf(...odfEntries('spreadsheet', sheets.join('')))), [
    { page: 1, text: 'One\nOne x' },
    { page: 2, text: 'Two\nTwo x' },
  ])
  const slides = ['<draw:page><text:p>a</text:p></draw:page>', '<draw:page><text:p>b</text:p></draw:page>']
  assert.deepEqual(await partsOf(zipOf(...odfEntries('presentation', slides.join('')))), [
    { page: 1, text: 'a' },
    { page: 2, text: 'b' },
  ])
})

test('ODF: with a password', async () => {
  const manifest = entry(
    'META-INF/manifest.xml',
    '<manifest:file-entry><manifest:encryption-data a="b"/></manifest:file-entry>',
  )
  const extraction = await read(zipOf(...odfEntries('text', '\u0001\u0002'), manifest))
  assert.deepEqual(extraction, {
    outcome: 'failed',
    reason: 'encrypted: the OpenDocument file needs a password',
  })
})

test('EPUB: chapters in the order of the spine, with its title', async () => {
  const chapters = ['<html><body><p>First &amp; foremost</p></body></html>', '<p>Second</p>', '<p>gone</p>']
  const entries = epubEntries(chapters).filter(({ name }) => !name.endsWith('2.xhtml'))
  assert.deepEqual(await read(zipOf(...entries), 'application/epub+zip'), {
    outcome: 'text',
    title: 'A book',
    parts: [{ text: 'First & foremost' }, { text: 'Second' }],
    cut: true,
  })
})

test('EPUB: protected', async () => {
  const encryption = entry(
    'META-INF/encryption.xml',
    '<enc:CipherReference URI="OPS/text/chapter%200.xhtml"/><enc:CipherReference URI="OPS/font.otf"/>',
  )
  const extraction = await read(zipOf(...epubEntries(['\u0001']), encryption))
  assert.deepEqual(extraction, { outcome: 'failed', reason: 'encrypted: the EPUB is protected' })
})

test('the bytes decide, not the declared type', async () => {
  const types = [OPAQUE_TYPE, 'application/zip', 'application/msword', DOCX_TYPE, 'application/x-unknown']
  const contents: [string, Uint8Array][] = [
    ['slide', zipOf(...pptxEntries([slide('slide')]))],
    ['Sheet', zipOf(...xlsxEntries({ Sheet: '' }))],
    ['open', zipOf(...odfEntries('text', '<text:p>open</text:p>'))],
    ['chapter', zipOf(...epubEntries(['<p>chapter</p>']))],
    ['word', docx('word')],
  ]
  for (const type of types) {
    for (const [text, bytes] of contents) {
      assert.equal((await partsOf(bytes, type))[0]!.text, text, `${type}: ${text}`)
    }
  }
})

test('another ZIP archive is no text', async () => {
  for (const bytes of [
    zipOf(entry('a.txt', 'x')),
    zipOf(relationships('', [['officeDocument', 'visio/d.xml']])),
  ]) {
    assert.deepEqual(await read(bytes), { outcome: 'empty', reason: 'not a format with text' })
  }
})

test('XLSX: a binary workbook says why it is not read', async () => {
  const bytes = zipOf(
    relationships('', [['officeDocument', 'xl/workbook.bin']]),
    entry('xl/workbook.bin', 'x'),
  )
  for (const type of [OPAQUE_TYPE, 'application/vnd.ms-excel.sheet.binary.macroenabled.12']) {
    const reason = 'a binary Excel workbook (.xlsb), which is not read'
    assert.deepEqual(await read(bytes, type), { outcome: 'failed', reason })
  }
})
