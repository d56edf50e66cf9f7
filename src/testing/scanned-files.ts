/** Files that show words as images only, made without any file or font of the machine. */
import { deflateSync, crc32 } from 'node:zlib'
import { type GreyImage, renderPage } from '../extraction/ocr/render-page.ts'
import { pdf } from './sample-files.ts'

/** A line of ASCII words as a scanner with 200 dots an inch sees it. */
export async function imageOf(line: string): Promise<GreyImage> {
  const page = pdf([line], { page: '/CropBox [54 670 558 730]' })
  return renderPage(page, 1, { dotsPerInch: 200, maxPixels: 1e6 })
}

/** A PDF 1.4 with an image a page, and an empty page for each empty line. */
export async function scannedPdf(lines: readonly string[]): Promise<Buffer> {
  const images = await Promise.all(lines.map(async (line) => (line === '' ? undefined : await imageOf(line))))
  return imagePdf(images.map((image) => image && { ...image, bytes: deflateSync(image.pixels) }))
}

interface PdfImage {
  width: number
  height: number
  bytes: Uint8Array
  filter?: string
}

const BLANK: PdfImage = { width: 1, height: 1, bytes: deflateSync('x') }

/**
 * @param images `bytes` are deflated, of one byte a pixel
 * @param box of each page
 */
export function imagePdf(
  images: readonly (PdfImage | undefined)[],
  box = '/CropBox [54 670 558 730]',
): Buffer {
  const first = 4 + images.length * 2
  const unique = [...new Set(images.map((image) => image ?? BLANK))]
  const objects = unique.map((image) => {
    const { width, height, bytes, filter = '/FlateDecode' } = image
    return Buffer.concat([
      Buffer.from(
        `<< /Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceGray ` +
          `/BitsPerComponent 8 /Filter ${filter} /Length ${bytes.length} >>\nstream\n`,
      ),
      bytes,
      Buffer.from('\nendstream'),
    ])
  })
  const names = unique.map((_, index) => `/Im${index} ${first + index} 0 R`).join(' ')
  let index = 0
  return pdf(
    images.map(() => ''),
    {
      page: box,
      resources: `/XObject << ${names} >>`,
      objects,
      stream() {
        const image = images[index++]
        const drawing = image === undefined ? '' : `q 504 0 0 60 54 670 cm /Im${unique.indexOf(image)} Do Q`
        return { dictionary: '', bytes: Buffer.from(drawing) }
      },
    },
  )
}

/** A PNG of the image (grey, not interlaced). */
export function pngOf({ width, height, pixels }: GreyImage): Buffer {
  const rows = Buffer.alloc(height * (width + 1))
  for (let row = 0; row < height; row++) {
    rows.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1)
  }
  return pngFile(width, height, deflateSync(rows))
}

/** A grey PNG with this size and these deflated rows. */
export function pngFile(width: number, height: number, deflated: Uint8Array): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.writeUInt8(8, 8)
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflated),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** A TIFF with a page for each image, not compressed, in either order of bytes. */
export function tiffOf(images: readonly GreyImage[], isLittle = true): Buffer {
  const entry = (tag: number, value: number): number[] => [tag, 4, 1, value]
  const parts: Buffer[] = [Buffer.alloc(8)]
  parts[0]!.write(isLittle ? 'II' : 'MM', 'latin1')
  const short = (buffer: Buffer, value: number, at: number): unknown =>
    isLittle ? buffer.writeUInt16LE(value, at) : buffer.writeUInt16BE(value, at)
  const long = (buffer: Buffer, value: number, at: number): unknown =>
    isLittle ? buffer.writeUInt32LE(value, at) : buffer.writeUInt32BE(value, at)
  short(parts[0]!, 42, 2)
  let at = 8
  let pointer: [Buffer, number] = [parts[0]!, 4]
  for (const { width, height, pixels } of images) {
    const data = Buffer.concat([pixels, Buffer.alloc(pixels.length % 2)])
    const entries = [
      entry(256, width),
      entry(257, height),
      [258, 3, 1, 8],
      [259, 3, 1, 1],
      [262, 3, 1, 1],
      entry(273, at),
      [277, 3, 1, 1],
      entry(278, height),
      entry(279, pixels.length),
    ]
    const directory = Buffer.alloc(2 + entries.length * 12 + 4)
    short(directory, entries.length, 0)
    for (const [index, [tag, type, count, value]] of entries.entries()) {
      const place = 2 + index * 12
      short(directory, tag!, place)
      short(directory, type!, place + 2)
      long(directory, count!, place + 4)
      if (type === 3) short(directory, value!, place + 8)
      else long(directory, value!, place + 8)
    }
    long(pointer[0], at + data.length, pointer[1])
    pointer = [directory, directory.length - 4]
    parts.push(data, directory)
    at += data.length + directory.length
  }
  return Buffer.concat(parts)
}
