import { decodeText } from './decode-text.ts'
import type { Extraction, ReadingLimits } from './extraction.ts'
import { htmlText } from './html-text.ts'
import { jsonText } from './json-text.ts'
import { markdownText } from './markdown-text.ts'
import { canBeText } from './sniff.ts'
import type { TextFormat } from './text-format.ts'
import { tidyText } from './tidy-text.ts'

/** Formats that are text themselves. Their readers take linear time and never throw. */
export type TextualFormat = Extract<TextFormat, 'plain' | 'markdown' | 'html' | 'xml' | 'json'>

const READERS: Record<TextualFormat, (source: string, maxChars: number) => string> = {
  plain: (source) => source,
  markdown: markdownText,
  html: (source, maxChars) => htmlText(source, { maxChars }),
  xml: (source, maxChars) => htmlText(source, { maxChars, xml: true }),
  json: jsonText,
}

export function isTextualFormat(format: TextFormat): format is TextualFormat {
  return Object.hasOwn(READERS, format)
}

/** @param charset the charset parameter of the content type */
export function readTextualFormat(
  format: TextualFormat,
  bytes: Uint8Array,
  charset: string | undefined,
  { maxOutputChars }: Pick<ReadingLimits, 'maxOutputChars'>,
): Extraction {
  if (!canBeText(bytes)) return { outcome: 'no-text', reason: 'not text, despite its content type' }
  // More than the limit, because tidying removes blanks and reports truncation.
  const raw = READERS[format](decodeText(bytes, charset), maxOutputChars * 2 + 1)
  const { text, truncated } = tidyText(raw, maxOutputChars)
  return text === '' ? { outcome: 'no-text', reason: 'empty' } : { outcome: 'text', text, truncated }
}
