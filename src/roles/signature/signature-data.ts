/** A signature's `signature_data` as bytes for the object storage and, beside the row, how to give it back. */
export interface StoredData {
  bytes: Buffer
  /** `base64`: the bytes are the decoded image; `text`: they are the text itself, in UTF-8 */
  encoding: 'base64' | 'text'
  /** what stood before the base64: `data:image/png;base64,` */
  prefix: string | null
}

/** A data URL's head (RFC 2397), as long as the row's column allows; visible ASCII, so that it can be a column. */
const DATA_URL = /^data:[\x20-\x2b\x2d-\x7e]{0,200};base64,/i

/**
 * Base64 in the one form that decoding and encoding give back exactly (RFC 4648, 4, with padding) is kept as its bytes;
 * everything else is kept as the text that it is.
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
