import { decodeText } from '../encodings/decode-text.ts'
import type { Extraction, RawText, ReadingLimits } from '../extraction.ts'
import { finishText } from '../finish-text.ts'
import { htmlText } from './html-text.ts'
import { jsonText } from './json-text.ts'
import { markdownText } from './markdown-text.ts'
import { canBeText } from '../sniff.ts'
import type { TextFormat, TextualFormat } from '../text-format.ts'

/** They take linear time and never throw. */
const READERS: Record<TextualFormat, (source: string, maxChars: number) => { text: string; title?: string }> =
  {
    plain: (text) => ({ text }),
    markdown: (source, maxChars) => ({ text: markdownText(source, maxChars) }),
    html: (source, maxChars) => htmlText(source, { maxChars }),
    xml: (source, maxChars) => ({ text: htmlText(source, { maxChars, xml: true }).text }),
    json: (source, maxChars) => ({ text: jsonText(source, maxChars) }),
  }

export function isTextualFormat(format: TextFormat): format is TextualFormat {
  return Object.hasOwn(READERS, format)
}

/** @param encoding of `knownEncoding` or `detectEncoding` */
export function readTextualFormat(
  format: TextualFormat,
  bytes: Uint8Array,
  encoding: string,
  { maxOutputChars }: Pick<ReadingLimits, 'maxOutputChars'>,
): Extraction {
  if (!canBeText(bytes, encoding)) return { outcome: 'empty', reason: 'not text, despite its content type' }
  // More than the limit, because tidying removes blanks and reports truncation.
  const { text, title } = READERS[format](decodeText(bytes, encoding), maxOutputChars * 2 + 1)
  const raw: RawText = {
    parts: [{ text }],
    cut: false,
    isWrapped: format === 'plain',
    ...(title !== undefined && { title }),
  }
  return finishText(raw, maxOutputChars)
}
