import { inflateRawSync } from 'node:zlib'
import { UnreadableContent } from './extraction.ts'

/** A file of a ZIP archive, not compressed. */
export interface ZipEntry {
  name: string
  bytes: Uint8Array
}

export interface ZipLimits {
  /** Files in the archive, wanted or not. */
  maxEntries: number
  /** Of all wanted files together, after inflating. */
  maxBytes: number
}

const CENTRAL_HEADER = 0x02014b50
const LOCAL_HEADER = 0x04034b50
const END_RECORD = 0x06054b50

/**
 * Reads the wanted files of a ZIP archive (APPNOTE.TXT 4.3; stored or deflated, no ZIP64) without ever
 * holding more than the limits allow, whatever sizes the archive declares.
 * @throws UnreadableContent for what is no such archive, encrypted, or larger than the limits
 */
export function readZip(
  archive: Uint8Array,
  wanted: (name: string) => boolean,
  { maxEntries, maxBytes }: ZipLimits,
): ZipEntry[] {
  const zip = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
  try {
    const end = findEndRecord(zip)
    const count = zip.readUInt16LE(end + 10)
    if (count > maxEntries) throw new UnreadableContent(`a ZIP archive of more than ${maxEntries} files`)
    const entries: ZipEntry[] = []
    let left = maxBytes
    let at = zip.readUInt32LE(end + 16)
    for (let i = 0; i < count; i++) {
      if (zip.readUInt32LE(at) !== CENTRAL_HEADER) throw new UnreadableContent('malformed ZIP directory')
      const nameEnd = at + 46 + zip.readUInt16LE(at + 28)
      const name = zip.toString('utf8', at + 46, nameEnd)
      if (wanted(name)) {
        const bytes = readEntry(zip, at, left)
        left -= bytes.length
        entries.push({ name, bytes })
      }
      at = nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
    }
    return entries
  } catch (error) {
    if (error instanceof RangeError && 'code' in error) {
      if (error.code === 'ERR_BUFFER_TOO_LARGE') throw new UnreadableContent(tooLarge(maxBytes))
      if (error.code === 'ERR_OUT_OF_RANGE') throw new UnreadableContent('malformed ZIP archive')
    }
    throw error
  }
}

const tooLarge = (maxBytes: number) => `inflates to more than ${maxBytes} bytes`

/** The end record is 22 bytes and a comment of up to 65,535. */
function findEndRecord(zip: Buffer): number {
  for (let at = zip.length - 22; at >= Math.max(0, zip.length - 22 - 0xffff); at--) {
    if (zip.readUInt32LE(at) === END_RECORD) return at
  }
  throw new UnreadableContent('not a ZIP archive')
}

function readEntry(zip: Buffer, directoryAt: number, maxBytes: number): Uint8Array {
  if ((zip.readUInt16LE(directoryAt + 8) & 1) === 1) throw new UnreadableContent('encrypted ZIP archive')
  const method = zip.readUInt16LE(directoryAt + 10)
  const packedSize = zip.readUInt32LE(directoryAt + 20)
  if (zip.readUInt32LE(directoryAt + 24) > maxBytes) throw new UnreadableContent(tooLarge(maxBytes))
  const at = zip.readUInt32LE(directoryAt + 42)
  if (zip.readUInt32LE(at) !== LOCAL_HEADER) throw new UnreadableContent('malformed ZIP archive')
  const start = at + 30 + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28)
  const packed = zip.subarray(start, start + packedSize)
  if (packed.length < packedSize) throw new UnreadableContent('truncated ZIP archive')
  if (method === 0 && packed.length <= maxBytes) return packed
  // The declared size may lie: this stops at the real one.
  if (method === 8) return inflateRawSync(packed, { maxOutputLength: Math.max(1, maxBytes) })
  throw new UnreadableContent(method === 0 ? tooLarge(maxBytes) : `ZIP compression method ${method}`)
}
