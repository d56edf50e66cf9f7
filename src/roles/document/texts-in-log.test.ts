import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Document } from '../../domain/document-fields.ts'
import { createLogger } from '../../runtime/logger.ts'
import { writeZip } from '../../runtime/write-zip.ts'
import { eventually } from '../../testing/deadline.ts'
import { DOCX_TYPE, docx, docxEntries, pdf } from '../../testing/sample-files.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

/** Starting the processes takes seconds on a busy machine. */
const READ_MS = 120_000
/** A word of every name, title and text here. */
const WORD = 'zanzibarian'

const lines: string[] = []
const log = createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) } })
const service = await startTestService({ roles: ['document', 'indexer', 'search', 'ws'], log }, TEST_FILE)

const LONG = `The ${WORD} customs office. `.repeat(2_000)
/** The reason says which part is missing, and so quotes the file. */
const brokenDocx = writeZip(
  docxEntries([LONG]).map(({ name, bytes }) => ({
    name,
    bytes: Buffer.from(bytes.toString().replace('word/document.xml', `word/${WORD}.xml`)),
  })),
)
const mail = (type: string): string =>
  `Subject: ${WORD}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: ${type}\r\n` +
  `Content-Disposition: attachment; filename=${WORD}.pdf\r\n\r\n%PDF-1.7 ${WORD}\r\n--b--\r\n`

/** name → its content, and the state of its text */
const FILES: [name: string, type: string, bytes: Buffer, state: string][] = [
  ['pdf', 'application/pdf', pdf([`the ${WORD} office`]), 'indexed'],
  ['text', 'text/plain', Buffer.from(LONG), 'indexed'],
  ['docx', DOCX_TYPE, docx(LONG), 'indexed'],
  ['mail', 'message/rfc822', Buffer.from(mail('application/pdf')), 'indexed'],
  ['broken pdf', 'application/pdf', Buffer.from(`%PDF-1.7 ${LONG}`), 'failed'],
  ['broken docx', DOCX_TYPE, brokenDocx, 'failed'],
  ['broken zip', DOCX_TYPE, docx(LONG).subarray(0, 300), 'failed'],
  [
    'opaque',
    `application/x-${WORD}; name=${WORD}.bin`,
    Buffer.from([0, 1, 2, ...Buffer.from(WORD)]),
    'empty',
  ],
]

test('the log has no name, no title and nothing of a text, whatever becomes of it', async () => {
  const documents = await Promise.all(
    FILES.map(async ([name, type, bytes]) => {
      const query = `title=${WORD}+${encodeURIComponent(name)}&file_name=${WORD}.${name}&created_by=ada@example.com`
      const answer = await service.request('POST', `/documents?${query}`, bytes, { 'content-type': type })
      return (await answer.json()) as Document
    }),
  )
  for (const [place, { id }] of documents.entries()) {
    const [name, , , state] = FILES[place]!
    const { text } = await eventually(
      `the text of ${name}`,
      async () => {
        const document = (await service.send('GET', `/documents/${id}`)).body as Document
        return document.text.state !== 'pending' && document
      },
      READ_MS,
    )
    assert.equal(text.state, state, `${name}: ${JSON.stringify(text)}`)
    if (name === 'broken docx') assert.match(text.reason!, new RegExp(WORD))
  }
  await eventually('all of them in the index', async () => {
    const { body } = await service.send('GET', `/search?q=${WORD}`)
    return body.total === FILES.length
  })
  await eventually('a line of each document', () =>
    documents.every(({ id }) => lines.some((line) => line.includes(id))),
  )
  assert.deepEqual(
    lines.filter((line) => line.toLowerCase().includes(WORD)),
    [],
  )
})
