import { constants, inflateRawSync } from 'node:zlib'
import { UnreadableContent } from './extraction.ts'

export interface ZipLimits {
  /** Files in the archive, wanted or not. */
  maxEntries: number
  /** Of all wanted files together, after inflating. */
  maxBytes: number
}

const CENTRAL_HEADER = 0x02014b50
const LOCAL_HEADER = 0x04034b50
const END_RECORD = 0x06054b50

/** A ZIP archive whose files are inflated one by one, when they are asked for. */
export interface ZipArchive {
  /** In the order of the directory, with `/` between folders. */
  readonly names: readonly string[]
  /**
   * The bytes of a file, not compressed; undefined if there is none of this name.
   * @throws UnreadableContent when it is damaged, encrypted, or all files read so far exceed the limit
   */
  read(name: string): Uint8Array | undefined
  /** Looks at a file without reading all of it; counts to no limit. Undefined if there is none of this name. */
  peek(name: string): ZipPeek | undefined
}

export interface ZipPeek {
  /** alike for files with the same bytes, as far as the archive tells: its checksum (CRC-32) and sizes */
  identity: string
  /** the first bytes; none where they cannot be read */
  start: Uint8Array
}

/** Enough for the header of most images, and so little that many files can be looked at. */
const PEEK_PACKED_BYTES = 4 * 1024
/** A start that inflates to more cannot be read. */
const PEEK_BYTES = 64 * 1024

/**
 * Opens a ZIP archive (APPNOTE.TXT 4.3; stored or deflated, no ZIP64). Never holds more than the limits allow, whatever
 * sizes the archive declares. Of files with the same name the first counts.
 * @throws UnreadableContent for what is no such archive, or has too many files
 */
export function openZip(archive: Uint8Array, { maxEntries, maxBytes }: ZipLimits): ZipArchive {
  const zip = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
  const entries = withReasons(maxBytes, () => readDirectory(zip, maxEntries))
  let left = maxBytes
  return {
    names: [...entries.keys()],
    read(name) {
      const at = entries.get(name)
      if (at === undefined) return undefined
      const bytes = withReasons(maxBytes, () => readEntry(zip, at, left))
      left -= bytes.length
      return bytes
    },
    peek(name) {
      const at = entries.get(name)
      if (at === undefined) return undefined
      const identity = zip.toString('latin1', at + 16, at + 28)
      try {
        return { identity, start: withReasons(maxBytes, () => readStart(zip, at)) }
      } catch {
        return { identity, start: new Uint8Array() }
      }
    },
  }
}

/** The positions of the entries in the directory, by name. */
function readDirectory(zip: Buffer, maxEntries: number): Map<string, number> {
  const end = findEndRecord(zip)
  const count = zip.readUInt16LE(end + 10)
  if (count > maxEntries) throw new UnreadableContent(`a ZIP archive of more than ${maxEntries} files`)
  const entries = new Map<string, number>()
  let at = zip.readUInt32LE(end + 16)
  for (let i = 0; i < count; i++) {
    if (zip.readUInt32LE(at) !== CENTRAL_HEADER) throw new UnreadableContent('malformed ZIP directory')
    const nameEnd = at + 46 + zip.readUInt16LE(at + 28)
    // Some programs on Windows write backslashes, against APPNOTE.TXT 4.4.17.
    const name = zip.toString('utf8', at + 46, nameEnd).replaceAll('\\', '/')
    if (!entries.has(name)) entries.set(name, at)
    at = nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return entries
}

/** Translates the errors of Buffer and zlib. */
function withReasons<T>(maxBytes: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof UnreadableContent) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw new UnreadableContent(
      code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(maxBytes) : 'malformed ZIP archive',
    )
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
  if (zip.readUInt32LE(directoryAt + 24) > maxBytes) throw new UnreadableContent(tooLarge(maxBytes))
  const { method, packed } = packedEntry(zip, directoryAt)
  if (method === 0 && packed.length <= maxBytes) return packed
  // The declared size may lie: this stops at the real one.
  if (method === 8) return inflateRawSync(packed, { maxOutputLength: Math.max(1, maxBytes) })
  throw new UnreadableContent(method === 0 ? tooLarge(maxBytes) : `ZIP compression method ${method}`)
}

function readStart(zip: Buffer, directoryAt: number): Uint8Array {
  const { method, packed } = packedEntry(zip, directoryAt)
  const start = packed.subarray(0, PEEK_PACKED_BYTES)
  if (method !== 8) return method === 0 ? start : new Uint8Array()
  // It is not the end of the data.
  return inflateRawSync(start, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: PEEK_BYTES })
}

function packedEntry(zip: Buffer, directoryAt: number): { method: number; packed: Buffer } {
  if ((zip.readUInt16LE(directoryAt + 8) & 1) === 1) throw new UnreadableContent('encrypted ZIP archive')
  const method = zip.readUInt16LE(directoryAt + 10)
  const packedSize = zip.readUInt32LE(directoryAt + 20)
  const at = zip.readUInt32LE(directoryAt + 42)
  if (zip.readUInt32LE(at) !== LOCAL_HEADER) throw new UnreadableContent('malformed ZIP archive')
  const start = at + 30 + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28)
  const packed = zip.subarray(start, start + packedSize)
  if (packed.length < packedSize) throw new UnreadableContent('truncated ZIP archive')
  return { method, packed }
}
