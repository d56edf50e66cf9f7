/** Files in other files, for tests. */
import type { PdfOptions } from './sample-files.ts'

/** An object of a PDF with the bytes. @param size that it states */
export function attachment(bytes: Buffer, size = bytes.length): string {
  const hex = bytes.toString('hex')
  return (
    `<< /Type /EmbeddedFile /Filter /ASCIIHexDecode /Params << /Size ${size} >> /Length ${hex.length + 1} >>\n` +
    `stream\n${hex}>\nendstream`
  )
}

/** What attaches objects with files to a PDF of one page. */
export const attached = (...files: [name: string, file: string][]): PdfOptions => ({
  catalog: `/Names << /EmbeddedFiles << /Names [${files
    .map(([name], n) => `(${name}) << /Type /Filespec /F (${name}) /EF << /F ${6 + n} 0 R >> >>`)
    .join(' ')}] >> >>`,
  objects: files.map(([, file]) => file),
})

let mails = 0

/** An e-mail with these files. */
export function mailWith(...files: [name: string, type: string, bytes: Uint8Array][]): Buffer {
  const boundary = `b${++mails}-`
  const parts = files.map(([name, type, bytes]) => {
    // RFC 2046, 5.2.1: a message is not encoded.
    const isMessage = type === 'message/rfc822'
    return (
      `--${boundary}\r\nContent-Type: ${type}\r\nContent-Disposition: attachment; filename="${name}"\r\n` +
      `Content-Transfer-Encoding: ${isMessage ? '7bit' : 'base64'}\r\n\r\n` +
      `${Buffer.from(bytes).toString(isMessage ? 'latin1' : 'base64')}\r\n`
    )
  })
  return Buffer.from(
    'From: ada@example.com\r\nSubject: Files\r\nMIME-Version: 1.0\r\n' +
      `Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n` +
      `--${boundary}\r\nContent-Type: text/plain\r\n\r\nSee the files.\r\n${parts.join('')}--${boundary}--\r\n`,
  )
}
