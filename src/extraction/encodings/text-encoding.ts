import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import { encodingOfLabel } from './decode-text.ts'
import type { TextFormat } from '../text-format.ts'
import { unicodeEncodingOf } from './wide-encoding.ts'

/**
 * The encoding of a text, undefined where only `detectEncoding` can tell. In this order: a byte order mark, or UTF-16
 * and UTF-32 by their NUL bytes; the charset of the transport; the declaration in the file; UTF-8.
 *
 * What cannot be anything but UTF-8 is UTF-8, whatever is declared: a file is converted more often than its declaration,
 * and the content of a JSON body is UTF-8 whatever was declared of the file that it came from.
 * @param charset the charset parameter of the content type
 */
export function knownEncoding(bytes: Uint8Array, format: TextFormat, charset?: string): string | undefined {
  const unicode = unicodeEncodingOf(bytes)
  if (unicode !== undefined) return unicode
  const declared = encodingOfLabel(charset ?? '') ?? encodingDeclaredIn(bytes, format)
  if (isUtf8(bytes))
    return declared !== undefined && !isCertainlyUtf8(bytes, declared) ? declared : utf8Or2022(bytes)
  if (declared !== undefined && declared !== 'utf-8') return declared
  return isNearlyUtf8(bytes) ? 'utf-8' : undefined
}

/** Encodings whose characters of two bytes can look like UTF-8, and those of seven bits. */
const MULTIBYTE = /^(?:shift_jis|euc-|gb|big5|iso-2022|utf-7|hz|cp9)/
/** The first byte of a character of three or four bytes in UTF-8. */
const isLong = (byte: number): boolean => byte >= 0xe0

function isCertainlyUtf8(bytes: Uint8Array, declared: string): boolean {
  if (/^utf-?(?:16|32|8)/.test(declared)) return true
  if (!bytes.some((byte) => byte >= 0x80)) return false
  return !MULTIBYTE.test(declared) || bytes.some(isLong)
}

/** ISO-2022-JP is ASCII with escape sequences (RFC 1468), and would be read as such. */
function utf8Or2022(bytes: Uint8Array): string {
  const escape = bytes.indexOf(0x1b)
  if (escape === -1) return 'utf-8'
  const sequence = Buffer.from(bytes.subarray(escape + 1, escape + 3)).toString('latin1')
  return sequence === '$B' || sequence === '$@' || sequence === '(J' ? 'iso-2022-jp' : 'utf-8'
}

/** A stray bad byte, or an end within a character: in other encodings nearly every character beyond ASCII is an error. */
function isNearlyUtf8(bytes: Uint8Array): boolean {
  const decoded = new TextDecoder('utf-8').decode(bytes)
  let errors = 0
  let good = 0
  for (let i = 0; i < decoded.length; i++) {
    const unit = decoded.charCodeAt(i)
    if (unit === 0xfffd) errors++
    else if (unit > 0x7f) good++
  }
  return errors * 4 <= good
}

/** Bytes at the beginning that may have a declaration; browsers look at 1,024. */
const HEAD_BYTES = 16 * 1024
const XML_DECLARATION = /^\s*<\?xml\s[^>]{0,200}?\sencoding\s*=\s*["']([\w.:+-]{1,40})["']/
const META = /<meta\s[^>]{0,500}?charset\s*=\s*["']?\s*([\w.:+-]{1,40})/i

function encodingDeclaredIn(bytes: Uint8Array, format: TextFormat): string | undefined {
  if (format !== 'html' && format !== 'xml') return undefined
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1')
  const meta = () => META.exec(head.replace(/<!--.*?(?:-->|$)/gs, ''))?.[1]
  const label = XML_DECLARATION.exec(head)?.[1] ?? (format === 'html' ? meta() : undefined)
  const encoding = encodingOfLabel(label ?? '')
  // It could not be read if it were in those.
  return encoding !== undefined && /^(?:utf-?16|utf-?32|ucs)/.test(encoding) ? 'utf-8' : encoding
}
