import { fileTypeFromBuffer } from 'file-type'
import { encodingOfMark } from './decode-text.ts'

const sampleSize = 8192

/**
 * Whether bytes read as text: no NUL and hardly any other control character in the first 8 KiB, or a byte
 * order mark. Empty is text.
 */
export function looksLikeText(bytes: Uint8Array): boolean {
  if (encodingOfMark(bytes) !== undefined) return true
  const sample = bytes.subarray(0, sampleSize)
  let odd = 0
  for (const byte of sample) {
    if (byte === 0) return false
    // All but tab, line feed, vertical tab, form feed, carriage return, escape (terminal colours).
    if ((byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1b) || byte === 0x7f) odd++
  }
  return odd * 100 <= sample.length
}

/** The media type that the first bytes of a binary format give away (file-type); text formats have none. */
export async function magicTypeOf(bytes: Uint8Array): Promise<string | undefined> {
  try {
    return (await fileTypeFromBuffer(bytes))?.mime
  } catch {
    return undefined
  }
}
