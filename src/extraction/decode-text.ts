import { TextDecoder } from 'node:util'

/**
 * Decodes text of an unknown encoding. A byte order mark (UTF-8, UTF-16) decides; then `charset`, if it is a label
 * of the WHATWG Encoding Standard; then UTF-8; then windows-1252, which the web uses for Latin-1. A stray bad byte in UTF-8 becomes U+FFFD and does not turn the rest into Latin-1.
 */
export function decodeText(bytes: Uint8Array, charset?: string): string {
  const marked = encodingOfMark(bytes)
  if (marked !== undefined) return new TextDecoder(marked).decode(bytes)
  const declared = charset === undefined ? undefined : decoderFor(charset)
  if (declared !== undefined && declared.encoding !== 'utf-8') return declared.decode(bytes)
  const utf8 = new TextDecoder('utf-8').decode(bytes)
  return isPlausibleUtf8(utf8) ? utf8 : new TextDecoder('windows-1252').decode(bytes)
}

/** The value of the charset parameter of a media type. */
export function charsetOf(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*"?([\w.:+-]{1,40})/i.exec(contentType)?.[1]
}

/** The encoding of a byte order mark at the start. */
export function encodingOfMark(bytes: Uint8Array): 'utf-8' | 'utf-16be' | 'utf-16le' | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return undefined
}

function decoderFor(charset: string): TextDecoder | undefined {
  try {
    return new TextDecoder(charset)
  } catch {
    return undefined
  }
}

/** In Latin-1 read as UTF-8 nearly every character beyond ASCII is an error. */
function isPlausibleUtf8(decoded: string): boolean {
  let errors = 0
  let good = 0
  for (let i = 0; i < decoded.length; i++) {
    const unit = decoded.charCodeAt(i)
    if (unit === 0xfffd) errors++
    else if (unit > 0x7f) good++
  }
  return errors === 0 || errors * 4 <= good
}
