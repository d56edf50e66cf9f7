import { crc32, deflateSync } from 'node:zlib'

/** A picture with four bytes a pixel: red, green, blue, and one that is not used. */
export interface Pixels {
  width: number
  height: number
  pixels: Uint8Array
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
const GREY = 0
const RGB = 2
/** Letters on white are smaller without a filter, and coloured areas with the difference to the pixel before. */
const NO_FILTER = 0
const SUB_FILTER = 1

/** The picture as a PNG (ISO/IEC 15948) of 8 bits: grey where it has no colour, as pages of text. */
export function encodePng({ width, height, pixels }: Pixels): Buffer {
  const isGrey = hasNoColour(pixels)
  const channels = isGrey ? 1 : 3
  const rows = Buffer.alloc(height * (1 + width * channels))
  let at = 0
  for (let y = 0; y < height; y++) {
    rows[at++] = isGrey ? NO_FILTER : SUB_FILTER
    for (let x = 0; x < width; x++) {
      const pixel = (y * width + x) * 4
      for (let channel = 0; channel < channels; channel++) {
        const before = isGrey || x === 0 ? 0 : pixels[pixel + channel - 4]!
        rows[at++] = pixels[pixel + channel]! - before
      }
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.writeUInt8(8, 8)
  header.writeUInt8(isGrey ? GREY : RGB, 9)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function hasNoColour(pixels: Uint8Array): boolean {
  for (let at = 0; at < pixels.length; at += 4)
    if (pixels[at] !== pixels[at + 1] || pixels[at] !== pixels[at + 2]) return false
  return true
}

function chunk(type: string, data: Uint8Array): Buffer {
  const framed = Buffer.alloc(data.length + 12)
  framed.writeUInt32BE(data.length, 0)
  framed.write(type, 4, 'latin1')
  framed.set(data, 8)
  framed.writeUInt32BE(crc32(framed.subarray(4, -4)), framed.length - 4)
  return framed
}
