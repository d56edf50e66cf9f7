import { decodeCodepage } from '../encodings/codepage.ts'
import { openCompoundFile, type Storage } from '../compound-file.ts'
import { decodeText } from '../encodings/decode-text.ts'
import { decompressRtf } from './decompress-rtf.ts'
import type { Extraction, RawText, ReadInside, ReadingLimits } from '../extraction.ts'
import { finishText } from '../finish-text.ts'
import { type MapiProperties, readMapiProperties } from './mapi-properties.ts'
import type { Attachment } from '../attachment-parts.ts'
import { type Message, messageText } from './message-text.ts'
import { rtfText } from '../office/rtf-text.ts'
import { knownEncoding } from '../encodings/text-encoding.ts'

/** Tags of properties (MS-OXPROPS). */
const TAGS = {
  subject: '0037',
  submitTime: '0039',
  sender: '0C1A',
  senderAddress: '0C1F',
  senderSmtp: '5D01',
  body: '1000',
  compressedRtf: '1009',
  html: '1013',
  name: '3001',
  address: '3003',
  smtpAddress: '39FE',
  data: '3701',
  shortFilename: '3704',
  longFilename: '3707',
  mimeType: '370E',
}

/** Messages in messages in the same file. */
const MAX_DEPTH = 3
/** Of each kind; one more attachment than is read tells that there are more. */
const MAX_STORAGES = 101
const MAX_RTF_BYTES = 16 * 1024 * 1024

interface Context {
  readInside: ReadInside
  limits: ReadingLimits
  /** 0 for the message of the file */
  depth: number
}

/**
 * The text of a message of Outlook (MS-OXMSG): headers, body and attachments, messages among them.
 * @throws UnreadableContent
 */
export async function msgText(
  bytes: Uint8Array,
  limits: ReadingLimits,
  readInside: ReadInside,
): Promise<RawText> {
  return messageText(readMessage(openCompoundFile(bytes), { readInside, limits, depth: 0 }), limits)
}

function readMessage(storage: Storage, context: Context): Message {
  const properties = readMapiProperties(storage, context.depth === 0 ? 32 : 24)
  const { text, time, codepage } = properties
  const recipients = storagesOf(storage, '__recip_version1.0_').map((recipient) => {
    const of = readMapiProperties(recipient, 8, codepage)
    return addressText(of.text(TAGS.name), of.text(TAGS.smtpAddress) ?? of.text(TAGS.address))
  })
  return {
    subject: text(TAGS.subject),
    headers: [
      ['From', addressText(text(TAGS.sender), text(TAGS.senderSmtp) ?? text(TAGS.senderAddress))],
      ['To', recipients.join(', ')],
      ['Date', time(TAGS.submitTime)],
    ],
    ...readBody(properties, context.limits),
    attachments: storagesOf(storage, '__attach_version1.0_').map((attachment) =>
      readAttachment(attachment, codepage, context),
    ),
  }
}

/** A message has its body as HTML, as plain text, as RTF, or as several of them. */
function readBody(
  { text, binary, codepage }: MapiProperties,
  limits: ReadingLimits,
): Pick<Message, 'text' | 'html'> {
  const html = binary(TAGS.html)
  if (html !== undefined) {
    const encoding = knownEncoding(html, 'html')
    const source = encoding === undefined ? decodeCodepage(html, codepage) : decodeText(html, encoding)
    return { text: undefined, html: source }
  }
  const plain = text(TAGS.body) ?? ''
  const rtf = plain.trim() === '' ? binary(TAGS.compressedRtf) : undefined
  if (rtf === undefined) return { text: plain, html: undefined }
  return { text: rtfText(decompressRtf(rtf, MAX_RTF_BYTES), limits).parts[0]!.text, html: undefined }
}

function readAttachment(
  storage: Storage,
  codepage: number,
  { readInside, limits, depth }: Context,
): Attachment {
  const { text, binary } = readMapiProperties(storage, 8, codepage)
  const filename = text(TAGS.longFilename) ?? text(TAGS.shortFilename) ?? text(TAGS.name) ?? ''
  return {
    filename,
    async read(innerLimits): Promise<Extraction> {
      const message = storage.storage(`__substg1.0_${TAGS.data}000D`)
      if (message?.names.includes('__properties_version1.0')) {
        if (depth === MAX_DEPTH) return { outcome: 'failed', reason: 'a message within too many messages' }
        const inner = readMessage(message, { readInside, limits, depth: depth + 1 })
        return finishText(await messageText(inner, innerLimits), innerLimits.maxOutputChars)
      }
      const bytes = binary(TAGS.data)
      if (bytes === undefined) return { outcome: 'empty', reason: 'not stored in the message' }
      const contentType = text(TAGS.mimeType) || 'application/octet-stream'
      return readInside({ contentType, title: filename, bytes }, innerLimits)
    },
  }
}

function storagesOf(storage: Storage, prefix: string): Storage[] {
  const names = storage.names.filter((name) => name.startsWith(prefix)).sort()
  return names
    .slice(0, MAX_STORAGES)
    .map((name) => storage.storage(name))
    .filter((found) => found !== undefined)
}

function addressText(name = '', address = ''): string {
  if (name === '' || name === address) return address
  return address === '' ? name : `${name} <${address}>`
}
