import { unicodeEncodingOf } from './encodings/wide-encoding.ts'

const SAMPLE_BYTES = 8192

/**
 * Whether bytes of an unknown kind read as text: UTF-16 or UTF-32, or no NUL and hardly any other control character in
 * the first 8 KiB. Empty is text.
 */
export function looksLikeText(bytes: Uint8Array): boolean {
  if (unicodeEncodingOf(bytes) !== undefined) return true
  return controlShare(bytes) <= 0.01 && !bytes.subarray(0, SAMPLE_BYTES).includes(0)
}

/** A weaker check for bytes with a text content type: at most a tenth are control characters. */
export function canBeText(bytes: Uint8Array, encoding: string): boolean {
  return /^utf-?(?:16|32)/.test(encoding) || controlShare(bytes) <= 0.1
}

/** All control characters but tab, line feed, vertical tab, form feed, carriage return, escape (colours). */
function controlShare(bytes: Uint8Array): number {
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  let count = 0
  // By index: an iterator takes four times as long, and this runs for every indexed text.
  for (let n = 0; n < sample.length; n++) {
    const byte = sample[n]!
    if ((byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1b) || byte === 0x7f) count++
  }
  return sample.length === 0 ? 0 : count / sample.length
}

const HEADER_LINE = /^([!-9;-~]{1,70}):/
const MESSAGE_HEADERS = new Set([
  'received',
  'return-path',
  'delivered-to',
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'mime-version',
])

/** Whether bytes begin with a header of RFC 5322: at least two of its usual fields, and nothing else before an empty line. */
export function looksLikeMessage(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(SAMPLE_BYTES, bytes.length)).toString(
    'latin1',
  )
  let known = 0
  // The last line may be cut off.
  for (const line of start.split(/\r?\n/).slice(0, -1)) {
    if (line === '') break
    if (/^[ \t]/.test(line)) continue
    const name = HEADER_LINE.exec(line)?.[1]
    if (name === undefined) return false
    if (MESSAGE_HEADERS.has(name.toLowerCase())) known++
  }
  return known >= 2
}
