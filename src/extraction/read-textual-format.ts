import { decodeText } from './decode-text.ts'
import { type Extraction, type ReadingLimits } from './extraction.ts'
import { htmlText } from './html-text.ts'
import { jsonText } from './json-text.ts'
import { markdownText } from './markdown-text.ts'
import { canBeText } from './sniff.ts'
import { type TextFormat } from './text-format.ts'
import { tidyText } from './tidy-text.ts'

/** The formats that are text themselves; their readers take linear time and never throw. */
export type TextualFormat = Extract<TextFormat, 'plain' | 'markdown' | 'html' | 'xml' | 'json'>

const readers: Record<TextualFormat, (source: string, maxChars: number) => string> = {
  plain: (source) => source,
  markdown: markdownText,
  html: (source, maxChars) => htmlText(source, { maxChars }),
  xml: (source, maxChars) => htmlText(source, { maxChars, xml: true }),
  json: jsonText,
}

export function isTextualFormat(format: TextFormat): format is TextualFormat {
  return Object.hasOwn(readers, format)
}

/** @param charset what the content type says, if it does */
export function readTextualFormat(
  format: TextualFormat,
  bytes: Uint8Array,
  charset: string | undefined,
  { maxOutputChars }: Pick<ReadingLimits, 'maxOutputChars'>,
): Extraction {
  if (!canBeText(bytes)) return { outcome: 'no-text', reason: 'not text, whatever its content type says' }
  // A little more than fits, so that what is blank or too much shows as such.
  const raw = readers[format](decodeText(bytes, charset), maxOutputChars * 2 + 1)
  const { text, truncated } = tidyText(raw, maxOutputChars)
  return text === '' ? { outcome: 'no-text', reason: 'empty' } : { outcome: 'text', text, truncated }
}
