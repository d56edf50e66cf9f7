import assert from 'node:assert/strict'
import { test } from 'node:test'
import { docx, pdf } from '../../testing/sample-files.ts'
import { contentTypeOf } from '../content-type.ts'
import { joinedText } from '../../testing/joined-text.ts'
import type { Extraction } from '../extraction.ts'
import { readText } from '../read-text.ts'

const read = (source: string | Buffer, contentType = 'message/rfc822'): Promise<Extraction> =>
  readText(
    { contentType, bytes: Buffer.from(source as string) },
    { maxOutputChars: 1e6, softTimeoutMs: 60_000 },
  )

async function textOf(source: string | Buffer, contentType?: string): Promise<string> {
  const extraction = await read(source, contentType)
  assert.equal(extraction.outcome, 'text', JSON.stringify(extraction))
  return extraction.outcome === 'text' ? joinedText(extraction.parts) : ''
}

const attachment = (type: string, name: string, bytes: Buffer): string =>
  `--b\r\nContent-Type: ${type}\r\nContent-Disposition: attachment; filename="${name}"\r\n` +
  `Content-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64')}\r\n`

const mixed = (body: string, ...attachments: string[]): string =>
  `Subject: Offer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n${body}\r\n${attachments.join('')}--b--\r\n`

test('EML: headers and body, in their encodings', async () => {
  const source =
    'From: =?utf-8?B?w4RubmE=?= <anna@x.org>\r\nTo: Bob <bob@x.org>, "C, D" <c@x.org>\r\nCc: Team: t@x.org, u@x.org;\r\n' +
    'Date: Fri, 15 Mar 2024 10:00:00 +0100\r\nSubject: =?iso-8859-1?Q?caf=E9?= lease\r\n' +
    'Content-Type: text/plain; charset=windows-1251\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=CF=F0=E8 soft=\r\n line'
  assert.deepEqual(await read(source), {
    outcome: 'text',
    title: 'café lease',
    parts: [
      {
        text:
          'Subject: café lease\nFrom: Änna <anna@x.org>\nTo: Bob <bob@x.org>, C, D <c@x.org>\nCc: Team: t@x.org, u@x.org;\n' +
          'Date: 2024-03-15T09:00:00.000Z\n\nПри soft line',
      },
    ],
    cut: false,
  })
})

test('EML: HTML is read as HTML, and preferred to its alternative', async () => {
  const alternative =
    'Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain\r\n\r\nonline only\r\n' +
    '--a\r\nContent-Type: text/html\r\n\r\n<style>p{}</style><p>the &euro; offer</p>\r\n--a--'
  assert.equal(await textOf(mixed(alternative)), 'Subject: Offer\n\nthe € offer')
})

test('EML: attachments of formats that are read, and messages', async () => {
  const inner = 'Content-Type: message/rfc822\r\n\r\nSubject: Inner\r\n\r\ndeep inside\r\n'
  const source = mixed(
    'Content-Type: text/plain\r\n\r\nsee attached',
    attachment('application/pdf', 'a.pdf', pdf(['in the PDF'])),
    attachment('application/octet-stream', 'b.docx', docx('in the DOCX')),
    attachment('image/png', 'c.png', Buffer.from('89504e470d0a1a0a', 'hex')),
    `--b\r\n${inner}`,
  )
  const texts = ['Subject: Offer\n\nsee attached', 'a.pdf', 'in the PDF', 'b.docx', 'in the DOCX', 'c.png']
  assert.equal(await textOf(source), [...texts, 'Subject: Inner\n\ndeep inside'].join('\n\n'))
})

test('EML: found by its name or its headers', async () => {
  const source = Buffer.from('Received: from x\r\n by y\r\nFrom: a@x.org\r\nSubject: found\r\n\r\nbody')
  assert.equal(await contentTypeOf('mail.eml', source), 'message/rfc822')
  assert.equal(await textOf(source, 'application/octet-stream'), 'Subject: found\nFrom: a@x.org\n\nbody')
  const memo = 'To: all\nnotes\n\nSubject: none'
  assert.equal(await textOf(memo, 'application/octet-stream'), memo)
})
