import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentTypeOf } from './content-type.ts'
import { docx, DOCX_TYPE, pdf } from '../testing/sample-files.ts'

const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
const binary = Buffer.from([0, 1, 2, 3, 254])

const cases: [string, string, Uint8Array, string][] = [
  ['a text by its extension', 'notes.md', Buffer.from('# Hi'), 'text/markdown'],
  ['a text that an extension of video would hide', 'main.ts', Buffer.from('let a'), 'text/plain'],
  ['a text without an extension', 'LICENSE', Buffer.from('MIT'), 'text/plain'],
  ['JSON', 'a.json', Buffer.from('{}'), 'application/json'],
  ['an empty file', 'a.html', Buffer.from(''), 'text/html'],
  ['a PDF with a wrong extension', 'a.txt', pdf(['x']), 'application/pdf'],
  ['a text with the extension of a PDF', 'a.pdf', Buffer.from('no'), 'text/plain'],
  ['a DOCX without an extension', 'contract', docx('x'), DOCX_TYPE],
  ['a picture', 'a', png, 'image/png'],
  ['opaque bytes', 'a.unheardof', binary, 'application/octet-stream'],
  ['opaque bytes with the extension of a text', 'a.txt', binary, 'application/octet-stream'],
]
for (const [name, filename, bytes, expected] of cases) {
  test(name, async () => assert.equal(await contentTypeOf(filename, bytes), expected))
}
