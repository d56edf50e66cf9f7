import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { joinedText } from '../testing/joined-text.ts'
import { assertFailed, assertText, deflatedZip, survive } from '../testing/hostile-contents.ts'
import { docx, docxEntries, DOCX_TYPE, pdf } from '../testing/sample-files.ts'
import { writeZip } from '../runtime/write-zip.ts'

test('text formats: JSON nested 100,000 deep', async () => {
  assertText(await survive('application/json', `${'['.repeat(1e5)}"core"${']'.repeat(1e5)}`), /^core$/)
})

test('text formats: HTML with a million unclosed tags', async () => {
  assertText(await survive('text/html', `${'<div><a>'.repeat(5e5)}end</b>`), /^end$/)
})

test('text formats: one line of 10 MB without a blank, in every text format', async () => {
  for (const type of ['text/plain', 'text/markdown', 'text/html', 'application/json', 'application/xml']) {
    const extraction = await survive(type, `"${'x'.repeat(10e6)}"`)
    assert.ok(
      extraction.outcome === 'text' && extraction.cut && extraction.parts[0]!.text.length === 1e6,
      type,
    )
  }
})

test('text formats: megabytes of combining marks', async () => {
  const marks = `word${'\u0301'.repeat(1e6)}${'\u0323'.repeat(1e6)}`
  assertText(await survive('text/plain', marks), /^word/)
})

test('text formats: hundreds of kilobytes of the beginnings of Markdown and HTML', async () => {
  const beginnings = ['[', '](', '[a](', '*a', '`a``', '> ', '<', '<!--', '&', '<pre>', '-', '\\', '_a']
  for (const beginning of beginnings) {
    const extraction = await survive('text/markdown', `${beginning.repeat(5e5 / beginning.length)}x`)
    assert.notEqual(extraction.outcome, 'failed', beginning)
  }
})

test('text formats: invalid UTF-8', async () => {
  assertText(await survive('text/plain', Buffer.from([0x63, 0x61, 0x66, 0xe9])), /^café$/)
  assertText(await survive('text/plain', Buffer.alloc(2e6, 0xfe)), /./)
})

test('text formats: hundreds of thousands of broken words, and a long word that is broken', async () => {
  const broken = [
    `${'ab-\n'.repeat(2e5)}x`,
    `${'a'.repeat(9e5)}-\nb`,
    `${'a-'.repeat(4e5)}\nb`,
    '\u00ad \n'.repeat(2e5),
  ]
  for (const text of broken) assert.notEqual((await survive('text/plain', text)).outcome, 'failed')
})

test('text formats: megabytes of an encoding that must be detected', async () => {
  const noise = Buffer.from(Array.from({ length: 4e6 }, (_, at) => ((at * 7919) % 223) + 32))
  assert.notEqual((await survive('text/plain', noise)).outcome, 'failed')
})

test('DOCX: that inflates to 128 MB', async () => {
  const entries = docxEntries([], '<w:p/>'.repeat(100))
  const bomb = deflatedZip(entries, 'word/document.xml', 128)
  assert.ok(bomb.length < 200e3)
  assertFailed(await survive(DOCX_TYPE, bomb), /inflates to more than/)
})

test('DOCX: that declares less than it inflates to', async () => {
  const bomb = deflatedZip(docxEntries(['x']), 'word/document.xml', 64)
  bomb.writeUInt32LE(9, bomb.lastIndexOf('word/document.xml') - 46 + 24)
  assertFailed(await survive(DOCX_TYPE, bomb), /inflates to more than/)
})

test('DOCX: with XML nested very deep', async () => {
  const nested = (depth: number) => `${'<w:p>'.repeat(depth)}${'</w:p>'.repeat(depth)}`
  for (const depth of [50_000, 200_000]) {
    const extraction = await survive(DOCX_TYPE, writeZip(docxEntries([], nested(depth))))
    assert.notEqual(extraction.outcome, 'text')
  }
})

test('DOCX: with XML entities that expand', async () => {
  const entries = docxEntries(['&lol3;'])
  const lols = '<!DOCTYPE x [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;"><!ENTITY lol3 "&lol2;&lol2;">]>'
  const document = entries[2]!
  document.bytes = Buffer.from(document.bytes.toString().replace('\n', `\n${lols}`))
  const extraction = await survive(DOCX_TYPE, writeZip(entries))
  assert.ok(extraction.outcome !== 'text' || !joinedText(extraction.parts).includes('lollol'))
})

test('DOCX: cut short, encrypted, or something else', async () => {
  assertFailed(await survive(DOCX_TYPE, docx('x').subarray(0, 400)), /not a ZIP archive/)
  assertFailed(await survive(DOCX_TYPE, Buffer.from('d0cf11e0a1b11ae1', 'hex')), /malformed compound file/)
  assertFailed(await survive(DOCX_TYPE, writeZip([])), /malformed/)
})

test('PDF: that is garbage, or cut short', async () => {
  const garbage = Buffer.from(`%PDF-1.7\n${'garbage '.repeat(1e5)}`)
  assertFailed(await survive('application/pdf', garbage), /malformed/)
  assertFailed(await survive('application/pdf', pdf(['x']).subarray(0, 60)), /malformed/)
})

test('PDF: that needs a password', async () => {
  const key = '61'.repeat(32)
  const trailer = `/ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${key}> /U <${key}> >>`
  assertFailed(await survive('application/pdf', pdf(['x'], { trailer })), /encrypted/)
})

test('PDF: whose streams inflate to gigabytes', async () => {
  const zeros = Buffer.alloc(64 * 1024 * 1024, ' ')
  const once = deflateSync(zeros)
  const many = deflateSync(Buffer.concat(Array<Buffer>(64).fill(once)))
  const bomb = pdf(['x'], {
    stream: () => ({ dictionary: '/Filter [/FlateDecode /FlateDecode]', bytes: many }),
  })
  assert.ok(bomb.length < 1e6)
  const extraction = await survive('application/pdf', bomb)
  assert.notEqual(extraction.outcome, 'text')
})

test('PDF: with a form of XFA that is nested very deep', async () => {
  const xdp =
    '<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template xmlns="http://www.xfa.org/schema/xfa-template/3.3/">' +
    `${'<subform layout="tb">'.repeat(50_000)}${'</subform>'.repeat(50_000)}</template></xdp:xdp>`
  const form = `<< /Length ${xdp.length} >>\nstream\n${xdp}\nendstream`
  await survive(
    'application/pdf',
    pdf(['x'], { catalog: '/AcroForm << /Fields [] /XFA 6 0 R >>', objects: [form] }),
  )
})

test('PDF: with twenty thousand notes', async () => {
  const note = '<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (note) >>'
  const bytes = pdf(['x'], { page: `/Annots [${note.repeat(20_000)}]` })
  assertText(await survive('application/pdf', bytes), /^x\n\nnote$/)
})

test('PDF: with an attached file that inflates to gigabytes, and one that is attached to itself', async () => {
  const zeros = deflateSync(Buffer.alloc(64 * 1024 * 1024))
  const hex = deflateSync(Buffer.concat(Array<Buffer>(64).fill(zeros))).toString('hex')
  const bomb =
    `<< /Type /EmbeddedFile /Filter [/ASCIIHexDecode /FlateDecode /FlateDecode] /Length ${hex.length + 1} >>\n` +
    `stream\n${hex}>\nendstream`
  const names =
    '/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F (a) /EF << /F 6 0 R >> >>] >> >>'
  await survive('application/pdf', pdf(['x'], { catalog: names, objects: [bomb] }))
  const loop = '/Names << /EmbeddedFiles << /Kids [6 0 R] >> >>'
  await survive('application/pdf', pdf(['x'], { catalog: loop, objects: ['<< /Kids [6 0 R] >>'] }))
})

test('PDF: that names itself as its page', async () => {
  const loop = pdf(['x']).toString('latin1').replace('[4 0 R]', '[2 0 R]')
  assert.notEqual((await survive('application/pdf', Buffer.from(loop, 'latin1'))).outcome, 'text')
})
