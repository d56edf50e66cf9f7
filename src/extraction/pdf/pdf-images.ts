/** Pixels of the images of a scanned page; a page of A4 at 72 dpi has 500,000. */
const PIXELS_OF_SCAN = 200_000
const IMAGE = /\/Subtype\s*\/Image\b/g
/** Of the dictionary on either side of the name. */
const DICTIONARY_CHARS = 400

/**
 * Whether the pages of a PDF without text are pictures: scans. Reads the dictionaries of its images, which are never
 * compressed (ISO 32000-1, 7.5.7).
 */
export function isScanned(bytes: Uint8Array, pages: number): boolean {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  let pixels = 0
  for (const { index } of source.matchAll(IMAGE)) {
    const start = Math.max(source.lastIndexOf(' obj', index), index - DICTIONARY_CHARS)
    const stream = source.indexOf('stream', index)
    const end = Math.min(stream === -1 ? source.length : stream, index + DICTIONARY_CHARS)
    const dictionary = source.slice(start, end)
    pixels += numberOf('Width', dictionary) * numberOf('Height', dictionary)
    if (pixels >= pages * PIXELS_OF_SCAN) return true
  }
  return false
}

const numberOf = (name: string, dictionary: string): number =>
  Number(new RegExp(`/${name}\\s+(\\d{1,6})`).exec(dictionary)?.[1] ?? 0)
