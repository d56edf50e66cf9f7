import { charsetOf } from './encodings/decode-text.ts'
import { knownEncoding } from './encodings/text-encoding.ts'
import type { Extraction } from './extraction.ts'
import { isPdf } from './magic-type.ts'
import { textFormatOf } from './text-format.ts'
import { isTextualFormat, readTextualFormat } from './textual/read-textual-format.ts'
import { withoutText } from './without-text.ts'

/** Text up to this size is read in this process: it takes milliseconds, even for hostile text. */
export const AT_ONCE_BYTES = 32 * 1024
/** A larger content is not looked at. */
export const MAX_INPUT_BYTES = 32 * 1024 * 1024
/** UTF-16 code units; the rest is cut off and the text marked as cut. */
export const MAX_OUTPUT_CHARS = 1_000_000

export interface ContentStart {
  contentType: string
  /** at least the first AT_ONCE_BYTES of the content, or all of it */
  start: Uint8Array
  /** bytes of the whole content */
  size: number
}

/** What is known without an extraction process; undefined where the content has to be read in one. */
export function extractAtOnce(
  { contentType, start, size }: ContentStart,
  limits = { maxInputBytes: MAX_INPUT_BYTES, maxOutputChars: MAX_OUTPUT_CHARS },
): Extraction | undefined {
  // A PDF that is called a text would be read as its source.
  const format = isPdf(start) ? 'pdf' : textFormatOf(contentType)
  if (size === 0) return { outcome: 'empty', reason: 'empty' }
  if (format === 'opaque') return withoutText(start)
  if (size > limits.maxInputBytes)
    return { outcome: 'failed', reason: `larger than ${limits.maxInputBytes} bytes` }
  if (!isTextualFormat(format) || size > AT_ONCE_BYTES) return undefined
  const encoding = knownEncoding(start, format, charsetOf(contentType))
  return encoding === undefined ? undefined : readTextualFormat(format, start, encoding, limits)
}
