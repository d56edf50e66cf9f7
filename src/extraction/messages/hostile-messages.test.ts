import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertFailed, assertText, survive } from '../../testing/hostile-contents.ts'
import {
  type CompoundTree,
  docStreams,
  mapiStreams,
  writeCompoundFile,
} from '../../testing/sample-compound-files.ts'

const OPAQUE_TYPE = 'application/octet-stream'
const doc = writeCompoundFile(docStreams(['text '.repeat(5_000)]))
const msg = writeCompoundFile(mapiStreams(32, { '1000001F': 'text' }))

test('compound files: cut short anywhere', async () => {
  for (const file of [doc, msg]) {
    for (const end of [8, 100, 511, 512, 600, 1024, file.length >> 1, file.length - 600]) {
      assertFailed(await survive(OPAQUE_TYPE, file.subarray(0, end)), /malformed/)
    }
  }
})

test('compound files: cycles of sectors, of siblings and of storages', async () => {
  const cyclic = Buffer.from(doc)
  const fatAt = (doc.readUInt32LE(76) + 1) * 512
  for (let sector = 0; sector < 128; sector++) cyclic.writeUInt32LE(sector, fatAt + sector * 4)
  assertFailed(await survive(OPAQUE_TYPE, cyclic), /malformed/)
  const directoryAt = (msg.readUInt32LE(48) + 1) * 512
  const family = Buffer.from(msg)
  // Each entry is its own sibling and child, and so is the root.
  for (const id of [0, 1, 2]) {
    for (const field of [68, 72, 76]) family.writeUInt32LE(1, directoryAt + id * 128 + field)
  }
  await survive(OPAQUE_TYPE, family)
})

test('compound files: garbage behind the signature', async () => {
  for (const byte of [0x00, 0xff, 0x09, 0x41]) {
    const garbage = Buffer.alloc(1e6, byte)
    doc.copy(garbage, 0, 0, 36)
    assertFailed(await survive(OPAQUE_TYPE, garbage), /malformed/)
  }
})

test('DOC: pieces that are the same text again and again', async () => {
  const tree = docStreams(['\x13', ...Array<string>(20_000).fill('x')])
  const table = tree['1Table'] as Buffer
  // The ends of the pieces, 100,000 characters apart.
  for (let n = 1; n <= 20_001; n++) table.writeUInt32LE(n * 1e5, 10 + n * 4)
  assertFailed(await survive(OPAQUE_TYPE, writeCompoundFile(tree)), /malformed Word document/)
})

test('MSG: messages in messages, and thousands of attachments', async () => {
  let nested: CompoundTree = mapiStreams(24, { '1000001F': 'innermost' })
  for (let depth = 0; depth < 50; depth++) {
    const attachment = { ...mapiStreams(8, {}), '__substg1.0_3701000D': nested }
    nested = {
      ...mapiStreams(depth === 49 ? 32 : 24, { '1000001F': 'text' }),
      '__attach_version1.0_#0': attachment,
    }
  }
  assertText(await survive(OPAQUE_TYPE, writeCompoundFile(nested)), /^text\n\ntext\n\ntext\n\ntext$/)
  const attachment = mapiStreams(8, { '3707001F': 'a.txt', '37010102': Buffer.from('attached') })
  const many = Array.from({ length: 3_000 }, (_, n) => [`__attach_version1.0_#${n}`, attachment] as const)
  const tree = { ...mapiStreams(32, { '1000001F': 'text' }), ...(Object.fromEntries(many) as CompoundTree) }
  const extraction = await survive(OPAQUE_TYPE, writeCompoundFile(tree))
  assert.ok(extraction.outcome === 'text' && extraction.cut && extraction.parts.length === 101)
})

test('MSG: a body in RTF that claims gigabytes, or is cut off', async () => {
  const body = Buffer.alloc(100, 0xff)
  body.writeUInt32LE(0xffffffff, 4)
  body.writeUInt32LE(0x75465a4c, 8)
  const tree = mapiStreams(32, { '0037001F': 'text', '10090102': body })
  assertText(await survive(OPAQUE_TYPE, writeCompoundFile(tree)), /text/)
})

const headers = 'From: a@x.org\r\nSubject: text\r\n'

test('EML: messages in messages', async () => {
  const nested = `Content-Type: message/rfc822\r\n\r\n${headers}`.repeat(10_000)
  assertText(await survive('message/rfc822', `${headers}${nested}\r\nend`), /text/)
})

test('EML: multiparts nested too deep', async () => {
  const parts = Array.from(
    { length: 1_000 },
    (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
  )
  assertFailed(await survive('message/rfc822', `${headers}${parts.join('')}end`), /malformed e-mail/)
})

test('EML: thousands of attachments, megabytes of headers, of one line and of boundaries', async () => {
  const mixed = `${headers}Content-Type: multipart/mixed; boundary=b\r\n\r\n`
  const attachment =
    '--b\r\nContent-Type: text/html; name=a.html\r\nContent-Disposition: attachment\r\n\r\n<p>x\r\n'
  const extraction = await survive('message/rfc822', mixed + attachment.repeat(5_000))
  assert.ok(extraction.outcome === 'text' && extraction.cut && extraction.parts.length === 101)
  assertFailed(
    await survive('message/rfc822', `${headers}${'X-Long: y\r\n'.repeat(5e5)}\r\nend`),
    /malformed e-mail/,
  )
  for (const body of [
    'x'.repeat(5e6),
    '--b\r\n'.repeat(5e5),
    '=?utf-8?q?'.repeat(3e5),
    '<'.repeat(2e6),
    '='.repeat(2e6),
  ]) {
    const extraction = await survive('message/rfc822', `${headers}Content-Type: text/html\r\n\r\n${body}`)
    // The parser of MIME needs many times the memory of some of them; that ends its process and nothing else.
    if (extraction.outcome === 'failed') assert.match(extraction.reason, /needs more memory than allowed/)
    else assertText(extraction, /text/)
  }
  await survive('message/rfc822', `To: ${'a@x.org, '.repeat(5e4)}\r\n${headers}\r\nend`)
  await survive('message/rfc822', `To: ${'('.repeat(3e5)}\r\n${headers}\r\nend`)
})
