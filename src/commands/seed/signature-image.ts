import { crc32, deflateSync } from 'node:zlib'
import type { Random } from '../../runtime/seeded-random.ts'

const WIDTH = 160
const HEIGHT = 48

/** A drawn name as a data: URL of a PNG (ISO/IEC 15948) with one bit per pixel. */
export function signatureImage(random: Random): string {
  const rowBytes = WIDTH / 8 + 1
  const pixels = Buffer.alloc(rowBytes * HEIGHT, 0xff)
  for (let row = 0; row < HEIGHT; row++) pixels[row * rowBytes] = 0
  const [a, b, c] = [random.whole(5, 14), random.whole(3, 9), random.next() * 6]
  for (let step = 0; step < WIDTH * 8; step++) {
    const t = step / (WIDTH * 8)
    const x = Math.round(12 + t * (WIDTH - 24) + Math.sin(t * a * 4) * 8)
    const y = Math.round(HEIGHT / 2 + Math.sin(t * a * 5 + c) * 12 + Math.sin(t * b * 11) * 7)
    const index = y * rowBytes + 1 + (x >> 3)
    pixels[index]! &= ~(0x80 >> (x & 7))
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(WIDTH, 0)
  header.writeUInt32BE(HEIGHT, 4)
  header.set([1, 0, 0, 0, 0], 8)
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(pixels)), chunk('IEND', Buffer.alloc(0))]
  return `data:image/png;base64,${Buffer.concat([magic, ...chunks]).toString('base64')}`
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const result = Buffer.alloc(body.length + 8)
  result.writeUInt32BE(data.length, 0)
  body.copy(result, 4)
  result.writeUInt32BE(crc32(body), body.length + 4)
  return result
}
