import { crc32 } from 'node:zlib'
import { UnreadableContent } from '../extraction.ts'
import type { ImageList } from './image-list.ts'

/** A PNG or a JPEG; the other pictures are drawings (RTF Specification 1.9.1, Pictures). */
const BLIP = /\\(?:pngblip|jpegblip)(?![a-zA-Z])/g
/** What can stand between the kind of a picture and its data: words, blanks, and groups such as its identifier. */
const BEFORE_DATA = /\s+|\\bin(\d{1,9}) ?|\\\*|\\[a-zA-Z]{1,32}-?\d{0,10} ?|\{[^{}]{0,1000}\}/y
const LOOKED_AT_CHARS = 8 * 1024

/** Where the data of a picture is in the source. */
interface PictureData {
  start: number
  end: number
  isHex: boolean
}

/** Adds the images of an RTF file. @param source one character per byte */
export function addRtfImages(images: ImageList, source: string): void {
  if (!source.includes('pngblip') && !source.includes('jpegblip')) return
  BLIP.lastIndex = 0
  for (let blip; (blip = BLIP.exec(source)) !== null;) {
    const data = dataAt(source, BLIP.lastIndex)
    if (data === undefined) return
    const { start, end } = data
    images.add(`byte ${blip.index}`, undefined, () => ({
      // As an archive tells it. Decoding all of it would take longer than the text.
      identity: `${crc32(source.slice(start, end))} ${end - start}`,
      start: bytesOf(source, { ...data, end: Math.min(end, start + LOOKED_AT_CHARS) }),
    }))
    // Each byte belongs to one picture, so hostile ones cost no more.
    BLIP.lastIndex = data.end
  }
}

/** @param image as `addRtfImages` has named it @throws UnreadableContent */
export function rtfImage(bytes: Uint8Array, image: string): Uint8Array {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  BLIP.lastIndex = Number(image.slice('byte '.length))
  const data = BLIP.exec(source) === null ? undefined : dataAt(source, BLIP.lastIndex)
  if (data === undefined) throw new UnreadableContent('it was not found again in the file')
  return bytesOf(source, data)
}

/** Undefined where the picture has no end. */
function dataAt(source: string, at: number): PictureData | undefined {
  let start = at
  BEFORE_DATA.lastIndex = start
  for (let token; (token = BEFORE_DATA.exec(source)) !== null;) {
    start = BEFORE_DATA.lastIndex
    const [, size] = token
    if (size !== undefined) return { start, end: Math.min(source.length, start + Number(size)), isHex: false }
  }
  const end = source.indexOf('}', start)
  return end === -1 ? undefined : { start, end, isHex: true }
}

function bytesOf(source: string, { start, end, isHex }: PictureData): Buffer {
  const data = source.slice(start, end)
  return isHex ? Buffer.from(data.replaceAll(/[^\da-fA-F]/g, ''), 'hex') : Buffer.from(data, 'latin1')
}
