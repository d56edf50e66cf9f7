import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { silentLogger } from '../runtime/logger.ts'
import { joinedText } from '../testing/joined-text.ts'
import { createExtractor, type Extraction } from './extractor.ts'
import { docx, docxEntries, DOCX_TYPE, pdf, wordXml } from '../testing/sample-files.ts'
import { writeZip } from '../runtime/write-zip.ts'

const extractor = createExtractor({ log: silentLogger })
after(() => extractor.stop())

async function textOf(contentType: string, content: string | Uint8Array, title?: string): Promise<string> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  const extraction = await extractor.extract({ contentType, bytes, ...(title !== undefined && { title }) })
  assert.equal(extraction.outcome, 'text', JSON.stringify(extraction))
  return extraction.outcome === 'text' ? joinedText(extraction.parts) : ''
}

function reason(extraction: Extraction): string {
  assert.notEqual(extraction.outcome, 'text')
  return 'reason' in extraction ? `${extraction.outcome}: ${extraction.reason}` : ''
}

test('text of each format: plain text', async () => {
  assert.equal(await textOf('text/plain', 'one\r\n two  three\n\n\n\nfo\x07ur\0'), 'one\ntwo three\n\nfour')
})

test('text of each format: text of an unknown subtype, with a charset', async () => {
  assert.equal(await textOf('text/x-odd; charset=iso-8859-2', Buffer.from([0xb3, 0x6f, 0x64])), 'łod')
})

test('text of each format: HTML of some size, read in another process', async () => {
  const html = `<title>Deed</title><p>first${'<i> </i>'.repeat(10_000)}last`
  assert.equal(await textOf('text/html; charset=utf-8', html), 'Deed\n\nfirst last')
})

test('text of each format: PDF, page by page, with its title', async () => {
  const bytes = pdf(['Purchase agreement', '', 'Last page'], { trailer: '/Info << /Title (The  title) >>' })
  const parts = [
    { page: 1, text: 'Purchase agreement' },
    { page: 3, text: 'Last page' },
  ]
  const extraction = await extractor.extract({ contentType: 'application/pdf', bytes })
  const about = { pages: 3, title: 'The title', scan: { unread: [2] } }
  assert.deepEqual(extraction, { outcome: 'text', parts, cut: false, ...about })
})

test('text of each format: a PDF that is cut off says how many pages it has', async () => {
  const small = createExtractor({ log: silentLogger, limits: { maxOutputChars: 5 } })
  const bytes = pdf(['abc', 'defg', 'hij'])
  const extraction = await small.extract({ contentType: 'application/pdf', bytes })
  const parts = [
    { page: 1, text: 'abc' },
    { page: 2, text: 'de' },
  ]
  assert.deepEqual(extraction, { outcome: 'text', parts, cut: true, pages: 3 })
  await small.stop()
})

test('text of each format: DOCX', async () => {
  assert.equal(await textOf(DOCX_TYPE, docx('Lease', 'between A &amp; B')), 'Lease\nbetween A & B')
})

test('the title of a DOCX is that of its core properties', async () => {
  const core =
    '<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:title>Lease &amp; more</dc:title></cp:coreProperties>'
  const properties = { name: 'docProps/core.xml', bytes: Buffer.from(core) }
  const bytes = writeZip([...docxEntries(['Body']), properties])
  const extraction = await extractor.extract({ contentType: DOCX_TYPE, bytes })
  assert.deepEqual(extraction, {
    outcome: 'text',
    parts: [{ text: 'Body' }],
    cut: false,
    title: 'Lease & more',
  })
})

test('text of each format: DOCX with all its parts, each once, in the order of reading', async () => {
  const words = (text: string) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`
  const watermark = '<v:textpath style="x" string="A &amp; B"/><wp:docPr id="1" descr="Logo"/>'
  const diagram =
    '<dgm:pt xmlns:dgm="d" xmlns:a="a"><dgm:t><a:p><a:r><a:t>SmartArt</a:t></a:r></a:p></dgm:t></dgm:pt>'
  const chart =
    '<c:strCache xmlns:c="c"><c:pt><c:v>East</c:v></c:pt><c:pt><c:v>West</c:v></c:pt></c:strCache>'
  const body =
    '<w:p><w:fldSimple w:instr=" AUTHOR "><w:r><w:t>Ada</w:t></w:r></w:fldSimple></w:p>' +
    '<mc:Fallback/><w:moveFrom><w:r><w:t>moved away</w:t></w:r></w:moveFrom><w:rPr><w:moveFrom/></w:rPr>' +
    `<w:p><w:del><w:r><w:delText>deleted</w:delText></w:r></w:del></w:p>${words('Body')}`
  const parts: [type: string, target: string, children: string][] = [
    ['footer', 'footer1.xml', words('Footer')],
    ['comments', '/word/comments.xml', words('Comment')],
    ['header', 'header1.xml', words('Header') + watermark],
    ['header', 'header2.xml', words('Header') + watermark],
    ['diagramData', 'diagrams/data1.xml', diagram],
    ['chart', 'charts/chart1.xml', chart],
    ['endnotes', 'endnotes.xml', words('Endnote')],
    ['footnotes', 'notes/foot.xml', words('Footnote')],
  ]
  const relations = parts.map(
    ([type, target]) => `<Relationship Type="http://x/${type}" Target="${target}"/>`,
  )
  const bytes = writeZip([
    ...docxEntries([], body),
    { name: 'word/_rels/document.xml.rels', bytes: Buffer.from(relations.join('')) },
    ...parts.map(([type, target, children]) => ({
      name: target.startsWith('/') ? target.slice(1) : `word/${target}`,
      bytes: wordXml(type, children),
    })),
  ])
  const order = 'Header A & B Logo Ada Body Footnote Endnote Comment SmartArt East West Footer'
  assert.equal((await textOf(DOCX_TYPE, bytes)).split(/\s+/).join(' '), order)
})

test('text of each format: DOCX of hundreds of pages', async () => {
  const clause = `<w:p><w:r><w:t>Cla</w:t></w:r><w:r><w:t>use</w:t><w:tab/><w:t>&lt;1&gt;</w:t></w:r></w:p>`
  const fallback = '<mc:Fallback><w:p><w:r><w:t>twice</w:t></w:r></w:p></mc:Fallback>'
  const body = clause.repeat(50_000) + fallback
  const text = await textOf(DOCX_TYPE, writeZip(docxEntries([], body)))
  assert.equal(text, Array<string>(50_000).fill('Clause <1>').join('\n'))
})

test('text of each format: what application/octet-stream hides is found by its bytes', async () => {
  assert.equal(await textOf('application/octet-stream', pdf(['A page'])), 'A page')
  assert.equal(await textOf('application/octet-stream', docx('A paragraph')), 'A paragraph')
  assert.equal(await textOf('application/octet-stream', 'just words'), 'just words')
  assert.equal(await textOf('application/octet-stream', '<b>bold</b>', 'page.html'), 'bold')
})

test('text of each format: bytes that the caller still holds a view of are left alone', async () => {
  const all = Buffer.concat([Buffer.from('before'), pdf(['inside']), Buffer.from('after')])
  const copy = Buffer.from(all)
  assert.equal(await textOf('application/pdf', all.subarray(6, -5)), 'inside')
  assert.deepEqual(all, copy)
})

const cases: [string, string, Uint8Array, RegExp][] = [
  ['an empty file', 'application/pdf', new Uint8Array(), /^empty: empty/],
  ['blanks', 'text/plain', Buffer.from(' \n\t '), /^empty: empty/],
  [
    'a picture',
    'image/png',
    Buffer.from('89504e470d0a1a0a', 'hex'),
    /^empty: an image: to have it read, set/,
  ],
  ['opaque bytes', 'application/octet-stream', Buffer.from([0, 1, 2, 3, 255]), /^empty: not a format/],
  ['bytes that are called text', 'text/plain', Buffer.from([0, 1, 2, 3, 255]), /^empty: not text/],
  ['a PDF of blank pages', 'application/pdf', pdf(['']), /^empty: a PDF whose pages have no text/],
  ['an empty DOCX', DOCX_TYPE, docx(''), /^empty: empty/],
]
for (const [name, contentType, bytes, expected] of cases) {
  test(`contents without text: ${name}`, async () =>
    assert.match(reason(await extractor.extract({ contentType, bytes })), expected))
}

test('text beyond the limit is cut off, between characters', async () => {
  const small = createExtractor({ log: silentLogger, limits: { maxOutputChars: 5 } })
  const extraction = await small.extract({ contentType: 'text/plain', bytes: Buffer.from('abcd😀efgh') })
  assert.deepEqual(extraction, { outcome: 'text', parts: [{ text: 'abcd' }], cut: true })
  await small.stop()
})

test('callers beyond the queue are refused at once', async () => {
  const narrow = createExtractor({ log: silentLogger, limits: { maxQueue: 1 } })
  const one = () => narrow.extract({ contentType: 'application/pdf', bytes: pdf(['x']) })
  const outcomes = (await Promise.all([one(), one(), one()])).map((extraction) =>
    extraction.outcome === 'text' ? joinedText(extraction.parts) : extraction.reason,
  )
  assert.deepEqual(outcomes, ['x', 'x', 'queue full'])
  await narrow.stop()
})

test('stop() rejects what is under way and what waits, and what comes later', async () => {
  const stopping = createExtractor({ log: silentLogger })
  const one = () => stopping.extract({ contentType: 'application/pdf', bytes: pdf(['x']) })
  const pending = Promise.allSettled([one(), one()])
  const started = performance.now()
  await stopping.stop()
  assert.deepEqual(
    (await pending).map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  await assert.rejects(one(), /has stopped/)
  assert.ok(performance.now() - started < 10_000)
})
