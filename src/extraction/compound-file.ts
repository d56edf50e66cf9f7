import { UnreadableContent } from './extraction.ts'

const SIGNATURE = Buffer.from('d0cf11e0a1b11ae1', 'hex')

/** Whether bytes begin as a compound file: DOC, XLS, PPT, MSG, or an encrypted file of Office. */
export const isCompoundFile = (bytes: Uint8Array): boolean => SIGNATURE.equals(bytes.subarray(0, 8))

/** A folder in a compound file. */
export interface Storage {
  /** of the streams and storages in it */
  readonly names: readonly string[]
  /**
   * The bytes of a stream, undefined if there is none of this name.
   * @throws UnreadableContent
   */
  stream(name: string): Buffer | undefined
  storage(name: string): Storage | undefined
}

/** Special numbers of sectors and of directory entries begin here. */
const FIRST_SPECIAL = 0xfffffffa
const HEADER_DIFAT = 109
const STREAM = 2
const STORAGE = 1
const MAX_ENTRIES = 100_000

const malformed = (): never => {
  throw new UnreadableContent('malformed compound file')
}

interface Chains {
  /** The bytes of a chain of sectors, at most `size`. */
  read(start: number, size: number): Buffer
}

/**
 * Opens a compound file (MS-CFB) and returns its root. Chains that are longer than the file are an error, so cycles of
 * sectors, of directory entries and of storages cost no more than its length.
 * @throws UnreadableContent
 */
export function openCompoundFile(bytes: Uint8Array): Storage {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    if (!isCompoundFile(file)) malformed()
    return openRoot(file)
  } catch (error) {
    if (error instanceof RangeError) return malformed()
    throw error
  }
}

function openRoot(file: Buffer): Storage {
  const sectorShift = file.readUInt16LE(30)
  const miniShift = file.readUInt16LE(32)
  if (sectorShift < 7 || sectorShift > 16 || miniShift < 2 || miniShift >= sectorShift) malformed()
  const sectorSize = 1 << sectorShift
  const sectors = file.subarray(sectorSize)
  const big = chainsOf(sectors, readFat(file, sectors, sectorSize), sectorSize)
  const directory = big.read(file.readUInt32LE(48), MAX_ENTRIES * 128)
  const entries: Entry[] = []
  for (let at = 0; at + 128 <= directory.length; at += 128)
    entries.push(parseEntry(directory.subarray(at, at + 128)))
  const root = entries[0] ?? malformed()
  const miniFat = big.read(file.readUInt32LE(60), file.length)
  const small = chainsOf(big.read(root.start, root.size), miniFat, 1 << miniShift)
  const miniCutoff = file.readUInt32LE(56)
  return storageOf(root, entries, ({ start, size }) => (size < miniCutoff ? small : big).read(start, size))
}

/** The table that gives the next sector of each, four bytes a sector. */
function readFat(file: Buffer, sectors: Buffer, sectorSize: number): Buffer {
  const count = Math.min(file.readUInt32LE(44), Math.ceil(file.length / sectorSize))
  const parts: Buffer[] = []
  const push = (sector: number): void => {
    if (sector < FIRST_SPECIAL) parts.push(sectors.subarray(sector * sectorSize, (sector + 1) * sectorSize))
  }
  for (let n = 0; n < HEADER_DIFAT && parts.length < count; n++) push(file.readUInt32LE(76 + n * 4))
  let difat = file.readUInt32LE(68)
  for (let seen = 0; difat < FIRST_SPECIAL && parts.length < count && seen <= count; seen++) {
    const at = difat * sectorSize
    for (let n = 0; n < sectorSize / 4 - 1 && parts.length < count; n++)
      push(sectors.readUInt32LE(at + n * 4))
    difat = sectors.readUInt32LE(at + sectorSize - 4)
  }
  return Buffer.concat(parts)
}

function chainsOf(sectors: Buffer, fat: Buffer, sectorSize: number): Chains {
  return {
    read(start, size) {
      const parts: Buffer[] = []
      let sector = start
      for (let left = size; left > 0 && sector < FIRST_SPECIAL; left -= sectorSize) {
        const part = sectors.subarray(sector * sectorSize, sector * sectorSize + Math.min(left, sectorSize))
        const isLooping = parts.push(part) * sectorSize > sectors.length + sectorSize
        if (isLooping || part.length === 0 || sector * 4 + 4 > fat.length) malformed()
        sector = fat.readUInt32LE(sector * 4)
      }
      return Buffer.concat(parts)
    },
  }
}

/** An entry of the directory; `left`, `right` and `child` are numbers of entries. */
interface Entry {
  name: string
  type: number
  left: number
  right: number
  child: number
  start: number
  size: number
}

function parseEntry(entry: Buffer): Entry {
  const nameLength = Math.min(64, entry.readUInt16LE(64))
  return {
    name: entry.toString('utf16le', 0, Math.max(0, nameLength - 2)),
    type: entry[66]!,
    left: entry.readUInt32LE(68),
    right: entry.readUInt32LE(72),
    child: entry.readUInt32LE(76),
    start: entry.readUInt32LE(116),
    size: entry.readUInt32LE(120),
  }
}

function storageOf(parent: Entry, entries: readonly Entry[], read: (entry: Entry) => Buffer): Storage {
  const children = new Map<string, Entry>()
  const seen = new Set<number>()
  // Siblings are a binary tree, which in a damaged file can have cycles.
  const waiting = [parent.child]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const entry = entries[id]
    if (entry === undefined || seen.has(id)) continue
    seen.add(id)
    children.set(entry.name, entry)
    waiting.push(entry.left, entry.right)
  }
  const find = (name: string, type: number): Entry | undefined => {
    const entry = children.get(name)
    return entry?.type === type ? entry : undefined
  }
  return {
    names: [...children.keys()],
    stream(name) {
      const entry = find(name, STREAM)
      return entry && read(entry)
    },
    storage(name) {
      const entry = find(name, STORAGE)
      return entry && storageOf(entry, entries, read)
    },
  }
}
