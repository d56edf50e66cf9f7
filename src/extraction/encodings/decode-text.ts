import { TextDecoder } from 'node:util'
import iconv from 'iconv-lite'

/** A function that decodes an encoding, and its canonical name. */
interface Decoder {
  encoding: string
  decode(bytes: Uint8Array): string
}

/**
 * Decodes text. A byte order mark is left out; what is invalid becomes U+FFFD.
 * @param encoding a label that `canDecode` knows
 */
export function decodeText(bytes: Uint8Array, encoding: string): string {
  const text = (decoderFor(encoding) ?? new TextDecoder()).decode(bytes)
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

export const canDecode = (encoding: string): boolean => decoderFor(encoding) !== undefined

/** The name in lower case of an encoding by its label; undefined for an unknown label. */
export const encodingOfLabel = (label: string): string | undefined => decoderFor(label)?.encoding

/**
 * The labels of the WHATWG Encoding Standard have its meaning, in which Latin-1 is windows-1252. iconv-lite knows further
 * encodings: UTF-32, UTF-7 and the code pages of DOS and of the Macintosh.
 */
function decoderFor(label: string): Decoder | undefined {
  // Most texts declare nothing; TextDecoder's error with its stack costs more than reading a short text.
  if (label === '') return undefined
  try {
    const decoder = new TextDecoder(label)
    const { encoding } = decoder
    // Node 20 decodes windows-1252 as Latin-1, which has control characters in place of quotes, dashes and the euro.
    if (encoding !== 'windows-1252') return decoder
    return { encoding, decode: (bytes) => iconv.decode(Buffer.from(bytes), encoding) }
  } catch {
    const name = label.toLowerCase()
    if (BINARY.has(name.replace(/[^a-z0-9]/g, '')) || !iconv.encodingExists(name)) return undefined
    return { encoding: name, decode: (bytes) => iconv.decode(Buffer.from(bytes), name) }
  }
}

/** What iconv-lite takes for encodings, and no text has. */
const BINARY = new Set(['base64', 'hex', 'binary'])

/** The value of the charset parameter of a media type. */
export function charsetOf(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*["']?\s*([\w.:+-]{1,40})/i.exec(contentType)?.[1]
}
