import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { silentLogger } from '../../runtime/logger.ts'
import { docxEntries, DOCX_TYPE, pdf, type PdfOptions } from '../../testing/sample-files.ts'
import { contentTypeOf } from '../content-type.ts'
import { createExtractor, type Extraction } from '../extractor.ts'
import { loadPdfJs } from './pdf-js.ts'
import { writeZip } from '../../runtime/write-zip.ts'

const extractor = createExtractor({ log: silentLogger, limits: { timeoutMs: 60_000 } })
after(() => extractor.stop())

const read = (bytes: Uint8Array, contentType = 'application/pdf'): Promise<Extraction> =>
  extractor.extract({ contentType, bytes })

/** The texts of the parts of a PDF of one page with this content stream. */
async function textsOf(stream: string, options: Omit<PdfOptions, 'stream'> = {}): Promise<string[]> {
  const bytes = pdf([''], { ...options, stream: () => ({ dictionary: '', bytes: Buffer.from(stream) }) })
  const extraction = await read(bytes)
  assert.equal(extraction.outcome, 'text', JSON.stringify(extraction))
  return extraction.outcome === 'text' ? extraction.parts.map(({ text }) => text) : []
}

test('the character maps are of the version of PDF.js', async () => {
  const manifest = await readFile(new URL('../package.json', import.meta.resolve('pdfjs-dist')), 'utf8')
  assert.equal((await loadPdfJs()).version, (JSON.parse(manifest) as { version: string }).version)
})

const cidFont = (ordering: string, encoding: string): string =>
  `<< /Type /Font /Subtype /Type0 /BaseFont /Unembedded /Encoding /${encoding} /DescendantFonts [<< /Type /Font ` +
  `/Subtype /CIDFontType0 /BaseFont /Unembedded /CIDSystemInfo << /Registry (Adobe) /Ordering (${ordering}) ` +
  '/Supplement 2 >> /FontDescriptor << /Type /FontDescriptor /FontName /Unembedded /Flags 6 >> >>] >>'

const utf16 = (text: string): string => Buffer.from(text, 'utf16le').swap16().toString('hex')

for (const [ordering, encoding, text] of [
  ['Japan1', 'UniJIS-UCS2-H', '秘密保持 NDA'],
  ['GB1', 'UniGB-UCS2-H', '保密协议 NDA'],
  ['CNS1', 'UniCNS-UCS2-H', '保密協議 NDA'],
  ['Korea1', 'UniKS-UCS2-H', '비밀유지 NDA'],
] as const) {
  test(`a font with the predefined character map ${encoding}`, async () => {
    const stream = `BT /F1 12 Tf 72 700 Td <${utf16(text)}> Tj ET`
    assert.deepEqual(await textsOf(stream, { font: cidFont(ordering, encoding) }), [text])
  })
}

test('a font with a character map of Shift_JIS', async () => {
  const stream = 'BT /F1 12 Tf 72 700 Td <8c5f96f1> Tj ET'
  assert.deepEqual(await textsOf(stream, { font: cidFont('Japan1', '90ms-RKSJ-H') }), ['契約'])
})

test('words whose letters are set wide are words', async () => {
  const stream =
    'BT /F1 12 Tf 4 Tc 14 Tw 72 700 Td (LEASE of the house) Tj 0 -40 Td (agree-) Tj 0 -14 Td (ment.) Tj ET'
  assert.deepEqual(await textsOf(stream), ['LEASE of the house\nagreement.'])
  const japanese = `BT /F1 12 Tf 2 Tc 72 700 Td <${utf16('契約書')}> Tj ET`
  assert.deepEqual(await textsOf(japanese, { font: cidFont('Japan1', 'UniJIS-UCS2-H') }), ['契約書'])
  const options = 'BT /F1 12 Tf 72 700 Td (A B C D and 1 2 3 4 5 6) Tj ET'
  assert.deepEqual(await textsOf(options), ['A B C D and 1 2 3 4 5 6'])
})

test('words of different places are not joined', async () => {
  const at = (x: number, y: number, text: string, size = 10) =>
    `BT /F1 ${size} Tf ${x} ${y} Td (${text}) Tj ET\n`
  const stream =
    at(36, 746, 'Header') + at(36, 734, 'Body') + at(36, 38, 'Footer') + at(200, 38, '7') + at(36, 38, 'left')
  assert.deepEqual(await textsOf(stream), ['Header\nBody\nFooter 7 left'])
})

test('a word that is drawn in pieces is one word', async () => {
  const stream = 'BT /F1 10 Tf 36 700 Td (Agree) Tj /F1 10.1 Tf (ment) Tj 3 Ts /F1 6 Tf (2) Tj ET'
  assert.deepEqual(await textsOf(stream), ['Agreement2'])
})

test('a word with a hyphen at the end of a line is joined, and can also be found with it', async () => {
  const stream = 'BT /F1 10 Tf 12 TL 36 700 Td (by arbi-) Tj T* (tration clause) Tj ET'
  const extraction = await read(pdf([''], { stream: () => ({ dictionary: '', bytes: Buffer.from(stream) }) }))
  assert.ok(extraction.outcome === 'text')
  assert.deepEqual(extraction.parts, [
    { page: 1, text: 'by arbitration\nclause', otherForms: 'arbi-tration' },
  ])
})

const annotations = (...entries: string[]): Omit<PdfOptions, 'stream'> => ({
  page: `/Annots [${entries.map((entry) => `<< /Type /Annot /Rect [10 10 90 30] ${entry} >>`).join(' ')}]`,
})

test('values of form fields and notes follow the text of their page', async () => {
  const options = annotations(
    '/Subtype /Widget /FT /Tx /T (name) /V (Ada)',
    '/Subtype /Widget /FT /Tx /T (again) /V (Ada)',
    '/Subtype /Widget /FT /Ch /T (country) /V (no) /Opt [[(no) (Norway)] [(se) (Sweden)]]',
    '/Subtype /Widget /FT /Btn /T (box) /V /Yes',
    '/Subtype /Widget /FT /Tx /Ff 8192 /T (secret) /V (password)',
    '/Subtype /Widget /FT /Tx /F 2 /T (gone) /V (hidden)',
    '/Subtype /FreeText /Contents (typed on it) /DA (/Helv 12 Tf)',
    '/Subtype /Text /Contents (a note)',
    '/Subtype /Highlight /QuadPoints [10 30 90 30 10 10 90 10] /Contents (a remark)',
  )
  const [text] = await textsOf('BT /F1 10 Tf 36 700 Td (Form) Tj ET', options)
  assert.equal(text, 'Form\n\ntyped on it\na note\na remark\nAda\nNorway')
})

/** A font of the test's own package, in the PDF. */
async function embeddedFont(): Promise<{ font: string; file: string }> {
  const path = new URL('../standard_fonts/LiberationSans-Regular.ttf', import.meta.resolve('pdfjs-dist'))
  const hex = (await readFile(path)).toString('hex')
  const widths = Array<number>(96).fill(556).join(' ')
  return {
    font:
      '<< /Type /Font /Subtype /TrueType /BaseFont /Embedded /Encoding /WinAnsiEncoding /FirstChar 32 /LastChar 127 ' +
      `/Widths [${widths}] /FontDescriptor << /Type /FontDescriptor /FontName /Embedded /Flags 32 /FontFile2 8 0 R >> >>`,
    file: `<< /Filter /ASCIIHexDecode /Length ${hex.length + 1} >>\nstream\n${hex}>\nendstream`,
  }
}

test('what a signature and a stamp show', async () => {
  const drawing = (text: string): string => {
    const stream = `BT /F1 10 Tf 0 0 Td ${text} ET`
    return (
      '<< /Type /XObject /Subtype /Form /BBox [0 0 80 20] /Resources << /Font << /F1 3 0 R >> >> ' +
      `/Length ${stream.length} >>\nstream\n${stream}\nendstream`
    )
  }
  const options = annotations(
    '/Subtype /Widget /FT /Sig /T (sig) /AP << /N 6 0 R >>',
    '/Subtype /Stamp /AP << /N 7 0 R >>',
    '/Subtype /Stamp /F 2 /AP << /N 7 0 R >>',
  )
  const objects = [drawing('[(Digitally)-300(signed)] TJ 0 -12 Td (by Ada) Tj'), drawing('(APPROVED) Tj')]
  const expected = 'Signed\n\nAPPROVED\n\nDigitally signed\nby Ada'
  const stream = 'BT /F1 10 Tf 36 700 Td (Signed) Tj ET'
  assert.deepEqual(await textsOf(stream, { ...options, objects }), [expected])
  const { font, file } = await embeddedFont()
  assert.deepEqual(await textsOf(stream, { ...options, font, objects: [...objects, file] }), [expected])
})

test('the title is that of the document information, else that of its metadata', async () => {
  const title = async (options: PdfOptions) => {
    const extraction = await read(pdf(['x'], options))
    return extraction.outcome === 'text' ? extraction.title : extraction
  }
  assert.equal(await title({ trailer: '/Info << /Title (Lease) >>' }), 'Lease')
  const xmp =
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">' +
    'Deed</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>'
  const metadata = `<< /Type /Metadata /Subtype /XML /Length ${xmp.length} >>\nstream\n${xmp}\nendstream`
  const options = { catalog: '/Metadata 6 0 R', objects: [metadata] }
  assert.equal(await title(options), 'Deed')
  assert.equal(await title({ ...options, trailer: '/Info << /Title ( ) >>' }), 'Deed')
  assert.equal(await title({}), undefined)
})

test('a form of XFA, with the values of its fields', async () => {
  const field = (ui: string, value: string) =>
    `<field w="60mm" h="10mm"><ui>${ui}</ui><value><text>${value}</text></value></field>`
  const xdp =
    '<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template xmlns="http://www.xfa.org/schema/xfa-template/3.3/">' +
    '<subform name="form" layout="tb" locale="en_US"><pageSet><pageArea name="Page1"><contentArea w="8in" h="10in"/>' +
    '<medium stock="default" short="8.5in" long="11in"/></pageArea></pageSet><subform w="8in" h="5in" layout="tb">' +
    '<draw w="50mm" h="10mm"><value><text>Applicant</text></value></draw>' +
    field('<textEdit/>', 'Ada') +
    field('<textEdit multiLine="1"/>', 'of Oslo') +
    '<field w="60mm" h="9mm"><ui><choiceList/></ui><items><text>Norway</text><text>Sweden</text></items>' +
    '<value><text>Norway</text></value></field></subform></subform></template></xdp:xdp>'
  const form = `<< /Length ${xdp.length} >>\nstream\n${xdp}\nendstream`
  const catalog = '/NeedsRendering true /AcroForm << /Fields [] /XFA 6 0 R >>'
  const [text] = await textsOf('BT /F1 9 Tf 9 9 Td (Please wait) Tj ET', { catalog, objects: [form] })
  assert.equal(text?.split(/\s+/).join(' '), 'Applicant Ada of Oslo Norway')
})

test('bytes before the header do not hide a PDF', async () => {
  for (const junk of [
    'Some junk\r\n\r\n',
    'glued',
    '\ufeff',
    '\0'.repeat(900),
    'HTTP/1.1 200 OK\nx: y\n\n',
  ]) {
    const bytes = Buffer.concat([Buffer.from(junk), pdf(['inside'])])
    assert.equal(await contentTypeOf('a.pdf', bytes), 'application/pdf', junk)
    assert.equal(await contentTypeOf('a', bytes), 'application/pdf', junk)
    for (const type of ['application/octet-stream', 'text/plain', 'application/pdf']) {
      const extraction = await read(bytes, type)
      assert.ok(extraction.outcome === 'text' && extraction.parts[0]?.text === 'inside', `${junk} ${type}`)
    }
  }
})

test('a DOCX that begins with a PDF is a DOCX', async () => {
  const entries = [{ name: 'word/embeddings/a.pdf', bytes: pdf(['embedded']) }, ...docxEntries(['Body'])]
  const extraction = await read(writeZip(entries), DOCX_TYPE)
  assert.ok(extraction.outcome === 'text' && extraction.parts[0]?.text === 'Body', JSON.stringify(extraction))
})

test('a text about PDF is a text', async () => {
  assert.equal(await contentTypeOf('a', Buffer.from('A PDF begins with %PDF-1.4\n')), 'text/plain')
  const shown = Buffer.from('It begins so:\n\n    %PDF-1.4\n    1 0 obj\n\nand goes on.\n')
  assert.equal(await contentTypeOf('a.md', shown), 'text/markdown')
  const extraction = await read(shown, 'text/markdown')
  assert.ok(extraction.outcome === 'text' && extraction.parts[0]?.text.startsWith('It begins so'))
})

test('only a PDF whose pages are pictures is called one', async () => {
  const image =
    '<< /Type /XObject /Subtype /Image /Width 1240 /Height 1754 /ColorSpace /DeviceGray /BitsPerComponent 1 /Length 0 >>' +
    '\nstream\n\nendstream'
  const reason = async (options: PdfOptions) => {
    const extraction = await read(pdf([''], options))
    assert.equal(extraction.outcome, 'empty')
    return 'reason' in extraction ? extraction.reason : ''
  }
  assert.equal(
    await reason({ objects: [image] }),
    'a PDF of images only: to have it read, set extraction.ocr to auto',
  )
  const logo = image.replace('1240', '60').replace('1754', '60')
  assert.equal(await reason({ objects: [logo] }), 'a PDF whose pages have no text')
  assert.equal(await reason({}), 'a PDF whose pages have no text')
})
