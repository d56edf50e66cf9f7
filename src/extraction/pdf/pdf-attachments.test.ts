import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { silentLogger } from '../../runtime/logger.ts'
import { attached, attachment } from '../../testing/attached-files.ts'
import { docx, pdf, type PdfOptions } from '../../testing/sample-files.ts'
import { createExtractor, type Extraction } from '../extractor.ts'

const extractor = createExtractor({ log: silentLogger, limits: { timeoutMs: 60_000 } })
after(() => extractor.stop())

const read = (bytes: Uint8Array): Promise<Extraction> =>
  extractor.extract({ contentType: 'application/pdf', bytes })

test('files that are attached follow the pages', async () => {
  const inner = pdf(['nested page'], attached(['deepest.txt', attachment(Buffer.from('deepest'))]))
  const options = attached(
    ['lease.docx', attachment(docx('Lease'))],
    ['inner.pdf', attachment(inner)],
    ['photo.jpg', attachment(Buffer.from('ffd8ff', 'hex'))],
  )
  const extraction = await read(pdf(['Cover'], options))
  assert.ok(extraction.outcome === 'text')
  assert.deepEqual(extraction.parts, [
    { page: 1, text: 'Cover' },
    { text: 'lease.docx\n\nLease' },
    { text: 'inner.pdf\n\nnested page\n\ndeepest.txt\n\ndeepest' },
    { text: 'photo.jpg' },
  ])
})

test('attached files that are too large together are left out, and the text says that it is cut', async () => {
  const options = attached(['a.txt', attachment(Buffer.from('x'), 1e9)])
  const extraction = await read(pdf(['Cover'], options))
  assert.deepEqual(extraction, { outcome: 'text', parts: [{ page: 1, text: 'Cover' }], cut: true, pages: 1 })
})

const utf16 = (text: string): string => `<feff${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`

/**
 * A portfolio (ISO 32000-2, 12.3.5), as programs write it: the tree of names has nodes below each other, a name begins with
 * the number of its folder, and several files may have one name.
 */
function portfolio(files: [name: string, file: string, folder?: number][]): PdfOptions {
  const nodes = files.map(([name, , folder], n) => {
    const key = utf16(folder === undefined ? name : `<${folder}>${name}`)
    const file = `<< /F ${6 + n} 0 R /UF ${6 + n} 0 R >>`
    const filespec = `<< /Type /Filespec /F (file-${n}) /UF ${utf16(name)} /EF ${file} >>`
    return `<< /Kids [<< /Limits [${key} ${key}] /Names [${key} ${filespec}] >>] >>`
  })
  const folders =
    '<< /Type /Folder /ID 0 /Name () /Child << /Type /Folder /ID 1 /Name (Annexes) ' +
    '/Next << /Type /Folder /ID 2 /Name (Plans) >> >> >>'
  return {
    catalog:
      `/Collection << /Type /Collection /View /T /D ${utf16(files[0]![0])} /Folders ${folders} >> ` +
      `/Names << /EmbeddedFiles << /Kids [${nodes.join(' ')}] >> >>`,
    objects: files.map(([, file]) => file),
  }
}

test('every file of a portfolio is read, beside the page that says what to open it with', async () => {
  const cover = 'For the best experience, open this PDF portfolio in another program.'
  const options = portfolio([
    ['Lease.docx', attachment(docx('The lease of the mill'))],
    ['Größe.pdf', attachment(pdf(['first page', 'second page'])), 1],
    ['terms.txt', attachment(Buffer.from('thirty days')), 1],
    ['terms.txt', attachment(Buffer.from('sixty days')), 2],
    ['broken.pdf', attachment(Buffer.from('%PDF-1.7 only')), 2],
  ])
  const extraction = await read(pdf([cover], options))
  assert.ok(extraction.outcome === 'text', JSON.stringify(extraction))
  assert.deepEqual(extraction.parts, [
    { page: 1, text: cover },
    { text: 'Lease.docx\n\nThe lease of the mill' },
    { text: 'Größe.pdf\n\nfirst page\n\nsecond page' },
    { text: 'terms.txt\n\nthirty days' },
    { text: 'terms.txt\n\nsixty days' },
    { text: 'broken.pdf' },
  ])
  assert.equal(extraction.cut, false)
})

test('a portfolio whose cover has no text has the texts of its files', async () => {
  const extraction = await read(pdf([''], portfolio([['a.txt', attachment(Buffer.from('inside'))]])))
  assert.ok(extraction.outcome === 'text', JSON.stringify(extraction))
  assert.deepEqual(extraction.parts, [{ text: 'a.txt\n\ninside' }])
})

test('of a portfolio of more than 100 files the first are read, and the text says that it is cut', async () => {
  const files = Array.from({ length: 120 }, (_, n): [string, string] => [
    `${String(n).padStart(3, '0')}.txt`,
    attachment(Buffer.from(`word${n}`)),
  ])
  const extraction = await read(pdf(['Cover'], portfolio(files)))
  assert.ok(extraction.outcome === 'text', JSON.stringify(extraction))
  assert.equal(extraction.parts.length, 1 + 100)
  assert.deepEqual(extraction.parts.at(-1), { text: '099.txt\n\nword99' })
  assert.equal(extraction.cut, true)
})
