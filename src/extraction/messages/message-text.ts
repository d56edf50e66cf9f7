import { type Attachment, attachmentParts } from '../attachment-parts.ts'
import type { RawText, ReadingLimits } from '../extraction.ts'
import { htmlText } from '../textual/html-text.ts'

/** An e-mail, whatever format it came in. */
export interface Message {
  subject: string | undefined
  /** such as From, To, Cc, Date */
  headers: readonly (readonly [name: string, value: string | undefined])[]
  /** Plain text; used where there is no HTML, which says more than its alternative in plain text. */
  text: string | undefined
  html: string | undefined
  attachments: readonly Attachment[]
}

/**
 * The text of an e-mail, with its subject as title: headers and body, then a part for each attachment with its name and, if
 * its format is read, its text. What limits leave out of the attachments marks the text as cut.
 */
export async function messageText(
  { subject, headers, text, html, attachments }: Message,
  { maxOutputChars, softTimeoutMs }: ReadingLimits,
): Promise<RawText> {
  const stopAt = performance.now() + softTimeoutMs
  const body =
    html === undefined || html.trim() === ''
      ? (text ?? '')
      : htmlText(html, { maxChars: maxOutputChars * 2 }).text
  const lines = [['Subject', subject] as const, ...headers]
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${value}`)
  const head = [...lines, '', body].join('\n')
  const { parts, cut } = await attachmentParts(attachments, {
    maxChars: maxOutputChars - head.length,
    stopAt,
  })
  return { parts: [{ text: head }, ...parts], cut, ...(subject !== undefined && { title: subject }) }
}
