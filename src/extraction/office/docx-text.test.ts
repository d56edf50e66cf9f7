import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import mammoth from 'mammoth'
import { packageRoot } from '../../runtime/package-root.ts'
import { wordXml } from '../../testing/sample-files.ts'
import { docxText } from './docx-text.ts'
import { writeZip } from '../../runtime/write-zip.ts'

const folder = join(packageRoot(), 'node_modules/mammoth/test/test-data')
const LIMITS = { maxOutputChars: 1e6, softTimeoutMs: 1e6 }
const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean)

for (const name of readdirSync(folder).filter((name) => name.endsWith('.docx'))) {
  test(`${name} has the words that mammoth finds`, async () => {
    const buffer = readFileSync(join(folder, name))
    const { value } = await mammoth.extractRawText({ buffer })
    const words = wordsOf(docxText(buffer, LIMITS).parts[0]!.text)
    for (const word of wordsOf(value)) assert.ok(words.includes(word), `${word} in ${words.join(' ')}`)
  })
}

test('the body is the part that the relationships name', () => {
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument'
  const relationships = `<Relationships><Relationship Target="/word/document2.xml" Id="r" Type="${office}"/></Relationships>`
  const zip = writeZip([
    { name: '_rels/.rels', bytes: Buffer.from(relationships) },
    { name: 'word/document2.xml', bytes: wordXml('document', '<w:p><w:r><w:t>Body</w:t></w:r></w:p>') },
  ])
  assert.deepEqual(docxText(zip, LIMITS), { parts: [{ text: '\nBody\n' }], cut: false })
})
