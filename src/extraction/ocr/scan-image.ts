import { UnreadableContent } from '../extraction.ts'

/** The formats of images that OCR reads. */
export type ImageFormat = 'png' | 'jpeg' | 'tiff'

/** Pages of a TIFF that are looked for. */
const MAX_PAGES = 10_000
const TIFF_WIDTH = 256
const TIFF_HEIGHT = 257
const TIFF_SHORT = 3

/** By the first bytes; undefined for what is none of them. */
export function imageFormatOf(bytes: Uint8Array): ImageFormat | undefined {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1')
  if (start === '\x89PNG\r\n\x1a\n') return 'png'
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg'
  return /^(?:II\*\0|MM\0\*)/.test(start) ? 'tiff' : undefined
}

/** A page of an image, as a file that shows only it. */
export interface ImagePage {
  bytes: Uint8Array
  /** in pixels, as the file says: decoders refuse other ones, or hold no more */
  width: number
  height: number
}

/** The number of pages: of a TIFF its directories, none if it is damaged. */
export function countImagePages(bytes: Uint8Array): number {
  return imageFormatOf(bytes) === 'tiff' ? tiffDirectories(bytes).length : 1
}

/** @param page from 1 @throws UnreadableContent */
export function imagePage(bytes: Uint8Array, page: number): ImagePage {
  const format = imageFormatOf(bytes)
  try {
    if (format === 'png') return { bytes, ...pngSize(viewOf(bytes)) }
    if (format === 'jpeg') return { bytes, ...jpegSize(viewOf(bytes)) }
    if (format === 'tiff') return tiffPage(bytes, page)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  throw new UnreadableContent('malformed image')
}

type Size = Pick<ImagePage, 'width' | 'height'>

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength)

/** IHDR is the first chunk. */
const pngSize = (view: DataView): Size => ({ width: view.getUint32(16), height: view.getUint32(20) })

/** The first frame header (ITU-T T.81, B.2.2). */
function jpegSize(view: DataView): Size {
  let at = 2
  for (;;) {
    const marker = view.getUint16(at)
    if (marker === 0xffff) {
      at++
      continue
    }
    if (marker < 0xff01) throw new UnreadableContent('malformed image')
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    at += 2 + view.getUint16(at + 2)
  }
}

/** A TIFF whose first directory is that of the page: decoders read the first one (TIFF 6.0, section 2). */
function tiffPage(bytes: Uint8Array, page: number): ImagePage {
  const at = tiffDirectories(bytes)[page - 1]
  if (at === undefined) throw new UnreadableContent(`the image has no page ${page}`)
  const copy = new Uint8Array(bytes)
  const view = viewOf(copy)
  const isLittle = copy[0] === 0x49
  view.setUint32(4, at, isLittle)
  const valueOf = (tag: number): number => {
    const entries = view.getUint16(at, isLittle)
    for (let entry = at + 2; entry < at + 2 + entries * 12; entry += 12) {
      if (view.getUint16(entry, isLittle) !== tag) continue
      const isShort = view.getUint16(entry + 2, isLittle) === TIFF_SHORT
      return isShort ? view.getUint16(entry + 8, isLittle) : view.getUint32(entry + 8, isLittle)
    }
    throw new UnreadableContent('malformed image')
  }
  return { bytes: copy, width: valueOf(TIFF_WIDTH), height: valueOf(TIFF_HEIGHT) }
}

/** Their places. A damaged chain ends where it is damaged. */
function tiffDirectories(bytes: Uint8Array): number[] {
  const view = viewOf(bytes)
  const isLittle = bytes[0] === 0x49
  const places = new Set<number>()
  try {
    let at = view.getUint32(4, isLittle)
    while (at !== 0 && !places.has(at) && places.size < MAX_PAGES) {
      const next = view.getUint32(at + 2 + view.getUint16(at, isLittle) * 12, isLittle)
      places.add(at)
      at = next
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return [...places]
}
