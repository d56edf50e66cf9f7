import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pdf } from '../testing/sample-files.ts'
import {
  docStreams,
  mapiStreams,
  uint32,
  writeCompoundFile,
  type CompoundTree,
} from '../testing/sample-compound-files.ts'
import { joinedText } from '../testing/joined-text.ts'
import type { Extraction } from './extraction.ts'
import { openCompoundFile } from './compound-file.ts'
import { readText } from './read-text.ts'

const read = (bytes: Uint8Array, contentType = 'application/octet-stream'): Promise<Extraction> =>
  readText({ contentType, bytes }, { maxOutputChars: 1e6, softTimeoutMs: 60_000 })

async function textOf(tree: CompoundTree): Promise<string> {
  const extraction = await read(writeCompoundFile(tree))
  assert.equal(extraction.outcome, 'text', JSON.stringify(extraction))
  return extraction.outcome === 'text' ? joinedText(extraction.parts) : ''
}

test('compound files: streams of every size, in storages', () => {
  const sizes = [0, 1, 63, 64, 65, 4095, 4096, 100_000]
  const streams = Object.fromEntries(sizes.map((size) => [`s${size}`, Buffer.alloc(size, size % 251)]))
  const root = openCompoundFile(writeCompoundFile({ ...streams, folder: { inner: Buffer.from('x') } }))
  for (const size of sizes) assert.deepEqual(root.stream(`s${size}`), streams[`s${size}`])
  assert.equal(String(root.storage('folder')?.stream('inner')), 'x')
  assert.equal(root.stream('folder'), undefined)
})

test('DOC: pieces of both kinds, cells, fields and special characters', async () => {
  const pieces = [
    'Lease\r',
    Buffer.from('caf\xe9 \x80\x07', 'latin1'),
    'Пример\x0bnext\x1eline\x1f\r\x13 HYPERLINK "http://x" \x14here\x15 \x01\x13 PAGE \x15end\ttab',
  ]
  assert.equal(await textOf(docStreams(pieces)), 'Lease\ncafé € Пример\nnext-line\nhere end tab')
})

test('DOC: with the title of its summary', async () => {
  const title = Buffer.from('The café lease\0', 'latin1')
  const properties = [
    uint32(2),
    uint32(1),
    uint32(24),
    uint32(2),
    uint32(32),
    uint32(2),
    uint32(1252),
    uint32(0x1e),
  ]
  const section = Buffer.concat([uint32(0), ...properties, uint32(title.length), title])
  const summary = Buffer.concat([Buffer.alloc(44), uint32(48), section])
  const extraction = await read(
    writeCompoundFile({ ...docStreams(['x']), '\u0005SummaryInformation': summary }),
  )
  assert.equal('title' in extraction && extraction.title, 'The café lease')
})

const message = (streams: Record<string, string | Buffer>, numbers = {}) => mapiStreams(32, streams, numbers)

test('MSG: headers, body and attachments, messages among them', async () => {
  const inner = mapiStreams(24, { '0037001F': 'Inner', '1000001F': 'deep inside' })
  const tree = {
    ...message({
      '0037001F': 'Offer',
      '0C1A001F': 'Ann',
      '0C1F001F': 'ann@x.org',
      '1000001F': 'see attached',
    }),
    '__recip_version1.0_#00000000': mapiStreams(8, { '3001001F': 'Bob', '39FE001F': 'bob@x.org' }),
    '__attach_version1.0_#00000000': mapiStreams(8, {
      '3707001F': 'offer.pdf',
      '37010102': pdf(['in the PDF']),
    }),
    '__attach_version1.0_#00000001': {
      ...mapiStreams(8, { '3001001F': 'forwarded' }),
      '__substg1.0_3701000D': inner,
    },
  }
  const extraction = await read(writeCompoundFile(tree), 'application/vnd.ms-outlook')
  assert.deepEqual(extraction, {
    outcome: 'text',
    title: 'Offer',
    parts: [
      { text: 'Subject: Offer\nFrom: Ann <ann@x.org>\nTo: Bob <bob@x.org>\n\nsee attached' },
      { text: 'offer.pdf\n\nin the PDF' },
      { text: 'forwarded\n\nSubject: Inner\n\ndeep inside' },
    ],
    cut: false,
  })
})

test('MSG: texts in a code page, a body in HTML or in RTF', async () => {
  const bytes = (hex: string) => Buffer.from(hex, 'hex')
  const codepage = { '3FFD': 1251, '3FDE': 1251 }
  const html = Buffer.concat([Buffer.from('<p>'), bytes('cfd0'), Buffer.from('</p>')])
  assert.equal(
    await textOf(message({ '0037001E': bytes('cff0e8'), '10130102': html }, codepage)),
    'Subject: При\n\nПР',
  )
  const rtf = Buffer.from('{\\rtf1 plain}')
  const stored = Buffer.concat([
    uint32(rtf.length + 12),
    uint32(rtf.length),
    uint32(0x414c454d),
    uint32(0),
    rtf,
  ])
  assert.equal(await textOf(message({ '10090102': stored })), 'plain')
  // The example of MS-OXRTFCP, 4.1.1.
  const compressed =
    '2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0'
  assert.equal(await textOf(message({ '10090102': bytes(compressed) })), 'hello world')
})

const unread: [stream: string, reason: RegExp][] = [
  ['Workbook', /^an Excel workbook from before 2007, which is not read$/],
  ['PowerPoint Document', /^a PowerPoint presentation from before 2007, which is not read$/],
  ['EncryptedPackage', /^encrypted: the Office file needs a password$/],
]
for (const [stream, reason] of unread) {
  test(`compound files: one with ${stream} says why it is not read`, async () => {
    for (const type of ['application/octet-stream', 'application/msword', 'application/vnd.ms-excel']) {
      const extraction = await read(writeCompoundFile({ [stream]: Buffer.from('x') }), type)
      assert.equal(extraction.outcome, 'failed')
      assert.match(extraction.reason, reason)
    }
  })
}

test('DOC: what is called so and is RTF or text', async () => {
  for (const source of ['{\\rtf1 words}', 'words']) {
    const input = { contentType: 'application/msword', title: 'a.doc', bytes: Buffer.from(source) }
    const extraction = await readText(input, { maxOutputChars: 99, softTimeoutMs: 1e4 })
    assert.equal(extraction.outcome === 'text' && extraction.parts[0]!.text, 'words', source)
  }
})
