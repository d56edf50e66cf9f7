/** A signature's `signature_data` as bytes for object storage, and how to turn them back into the text. */
export interface StoredData {
  bytes: Buffer
  /** `base64`: the bytes are the decoded image; `text`: they are the text itself, in UTF-8 */
  encoding: 'base64' | 'text'
  /** the text before the base64, such as `data:image/png;base64,` */
  prefix: string | null
}

/** The head of a data URL (RFC 2397) that fits into its column: visible ASCII of limited length. */
const DATA_URL = /^data:[\x20-\x2b\x2d-\x7e]{0,200};base64,/i

/**
 * Canonical base64 (RFC 4648, 4, with padding), which decodes and encodes to the same text, is stored as its bytes.
 * Everything else is stored as text.
 * @param data well-formed Unicode
 */
export function encodeSignatureData(data: string): StoredData {
  const prefix = DATA_URL.exec(data)?.[0] ?? null
  const base64 = prefix === null ? data : data.slice(prefix.length)
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64') === base64) return { bytes, encoding: 'base64', prefix }
  return { bytes: Buffer.from(data), encoding: 'text', prefix: null }
}

/** The text that was sent. */
export function decodeSignatureData({ bytes, encoding, prefix }: StoredData): string {
  return (prefix ?? '') + bytes.toString(encoding === 'base64' ? 'base64' : 'utf8')
}
