import type { Address, Email } from 'postal-mime'
import { type RawText, type ReadInside, type ReadingLimits, UnreadableContent } from '../extraction.ts'
import { type Message, messageText } from './message-text.ts'

/** Messages within the message are attachments, whose depth the extraction limits. */
const OPTIONS = { maxNestingDepth: 50, maxHeadersSize: 1024 * 1024, forceRfc822Attachments: true }

/**
 * The text of an e-mail (RFC 5322 and MIME, read by postal-mime): headers, body and attachments.
 * @throws UnreadableContent
 */
export async function emlText(
  bytes: Uint8Array,
  limits: ReadingLimits,
  readInside: ReadInside,
): Promise<RawText> {
  const { default: PostalMime } = await import('postal-mime')
  const email = await PostalMime.parse(bytes, OPTIONS).catch((error: unknown) => {
    throw new UnreadableContent(`malformed e-mail: ${String(error).slice(0, 200)}`)
  })
  return messageText(messageOf(email, readInside), limits)
}

function messageOf(email: Email, readInside: ReadInside): Message {
  const { subject, from, to, cc, bcc, replyTo, date, text, html, attachments } = email
  return {
    subject,
    headers: [
      ['From', from && addressText(from)],
      ['To', addressesText(to)],
      ['Cc', addressesText(cc)],
      ['Bcc', addressesText(bcc)],
      ['Reply-To', addressesText(replyTo)],
      ['Date', date],
    ],
    text,
    html,
    attachments: attachments.map(({ filename, mimeType, content }) => ({
      filename: filename ?? '',
      read: (limits) =>
        readInside({ contentType: mimeType, title: filename ?? '', bytes: bytesOf(content) }, limits),
    })),
  }
}

const bytesOf = (content: ArrayBuffer | Uint8Array | string): Uint8Array =>
  typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content)

const addressesText = (addresses: readonly Address[] | undefined): string | undefined =>
  addresses?.map(addressText).join(', ')

function addressText(address: Address): string {
  const { name } = address
  if (address.group !== undefined) return `${name}: ${addressesText(address.group)};`
  return name === '' ? address.address : `${name} <${address.address}>`
}
