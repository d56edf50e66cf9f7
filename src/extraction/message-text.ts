import {
  type Extraction,
  type RawText,
  type ReadingLimits,
  type TextPart,
  UnreadableContent,
} from './extraction.ts'
import { htmlText } from './html-text.ts'

/** An e-mail, whatever format it came in. */
export interface Message {
  subject: string | undefined
  /** such as From, To, Cc, Date */
  headers: readonly (readonly [name: string, value: string | undefined])[]
  /** Plain text; used where there is no HTML, which says more than its alternative in plain text. */
  text: string | undefined
  html: string | undefined
  attachments: readonly MessageAttachment[]
}

export interface MessageAttachment {
  filename: string
  /** @throws UnreadableContent, which costs only the attachment */
  read(limits: ReadingLimits): Promise<Extraction>
}

const MAX_ATTACHMENTS = 100

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
  const parts: TextPart[] = [{ text: [...lines, '', body].join('\n') }]
  let left = maxOutputChars - parts[0]!.text.length
  let cut = attachments.length > MAX_ATTACHMENTS
  for (const { filename, read } of attachments.slice(0, MAX_ATTACHMENTS)) {
    const softTimeoutMs = stopAt - performance.now()
    if (left <= 0 || softTimeoutMs <= 0) {
      cut = true
      break
    }
    const extraction = await read({ maxOutputChars: left, softTimeoutMs }).catch(failedBecause)
    if (extraction.outcome === 'text') cut ||= extraction.cut
    const texts = extraction.outcome === 'text' ? extraction.parts.map(({ text }) => text) : []
    const part = [filename, ...texts].join('\n\n')
    left -= part.length
    parts.push({ text: part })
  }
  return { parts, cut, ...(subject !== undefined && { title: subject }) }
}

function failedBecause(error: unknown): Extraction {
  if (error instanceof UnreadableContent) return { outcome: 'failed', reason: error.message }
  throw error
}
