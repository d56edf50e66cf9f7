import { UnreadableContent } from '../extraction.ts'

const GREY = 0
const PALETTE = 3
const CHUNKS_AT = 8

/**
 * A PDF with one page that shows a PNG, so that what draws pages also scales images. The PNG is one that was just written: not
 * interlaced and without alpha, whose compressed rows a PDF takes as they are (ISO 32000-1, 7.4.4.4).
 * @throws UnreadableContent for a PNG of another kind
 */
export function pdfOfPng(png: Buffer): { pdf: Buffer; width: number; height: number } {
  const rows: Buffer[] = []
  let palette: Buffer | undefined
  for (let at = CHUNKS_AT; at + 12 <= png.length;) {
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at))
    const type = png.toString('latin1', at + 4, at + 8)
    if (type === 'IDAT') rows.push(data)
    if (type === 'PLTE') palette = data
    at += data.length + 12
  }
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const [bits, colour, interlace] = [png[24]!, png[25]!, png[28]!]
  if (colour > PALETTE || interlace !== 0) throw new UnreadableContent('an image of an unexpected kind')
  const space =
    colour === PALETTE
      ? `[/Indexed /DeviceRGB ${palette!.length / 3 - 1} <${palette!.toString('hex')}>]`
      : colour === GREY
        ? '/DeviceGray'
        : '/DeviceRGB'
  const colours = colour === 2 ? 3 : 1
  const bytes = Buffer.concat(rows)
  const image =
    `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /BitsPerComponent ${bits} /ColorSpace ${space} ` +
    `/Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors ${colours} /BitsPerComponent ${bits} /Columns ${width} >>`
  const drawing = Buffer.from(`${width} 0 0 ${height} 0 0 cm /I Do`)
  const pdf = pdfOf([
    [`<< /Type /Catalog /Pages 2 0 R >>`],
    [`<< /Type /Pages /Kids [3 0 R] /Count 1 >>`],
    [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Contents 4 0 R ` +
        '/Resources << /XObject << /I 5 0 R >> >> >>',
    ],
    streamOf('', drawing),
    streamOf(image, bytes),
  ])
  return { pdf, width, height }
}

const streamOf = (entries: string, bytes: Buffer): (string | Buffer)[] => [
  `<< ${entries} /Length ${bytes.length} >>\nstream\n`,
  bytes,
  '\nendstream',
]

/** @param objects the first is the catalog */
function pdfOf(objects: (string | Buffer)[][]): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.4\n')]
  const offsets: number[] = []
  let size = parts[0]!.length
  for (const [index, object] of objects.entries()) {
    offsets.push(size)
    for (const part of [`${index + 1} 0 obj\n`, ...object, '\nendobj\n']) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part
      parts.push(bytes)
      size += bytes.length
    }
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const count = objects.length + 1
  const end = `xref\n0 ${count}\n0000000000 65535 f \n${table}trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${size}\n%%EOF\n`
  return Buffer.concat([...parts, Buffer.from(end)])
}
