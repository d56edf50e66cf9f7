import { crc32 } from 'node:zlib'

export interface ZipFile {
  /** with `/` between folders */
  name: string
  bytes: Uint8Array
}

/**
 * A ZIP archive of small files, not compressed (PKWARE's APPNOTE 6.3, no ZIP64). Times are the zero of the format, so that
 * the same files make the same archive.
 */
export function writeZip(entries: readonly ZipFile[]): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, bytes } of entries) {
    const nameBytes = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0) // version needed
    common.writeUInt16LE(0x0800, 2) // names are UTF-8
    common.writeUInt32LE(0x0021_0000, 6) // 1980-01-01
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(bytes.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(nameBytes.length, 22)
    files.push(uint32(0x04034b50), common, nameBytes, Buffer.from(bytes))
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(uint32(0x02014b50), Buffer.from([20, 0]), common, rest, nameBytes)
    offset += 30 + nameBytes.length + bytes.length
  }
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(
    directory.reduce((sum, part) => sum + part.length, 0),
    8,
  )
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...files, ...directory, uint32(0x06054b50), end])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
