/** Small files for tests: compound files, Word documents from before 2007, and messages of Outlook. */

/** Streams and storages by their names. */
export interface CompoundTree {
  [name: string]: Buffer | CompoundTree
}

const SECTOR = 512
const MINI_SECTOR = 64
const MINI_CUTOFF = 4096
const END_OF_CHAIN = 0xfffffffe
const NONE = 0xffffffff

interface Entry {
  name: string
  type: number
  right: number
  child: number
  start: number
  bytes: Buffer
}

/** A compound file (MS-CFB, version 3) of up to 7 MB. */
export function writeCompoundFile(tree: CompoundTree): Buffer {
  const root: Entry = {
    name: 'Root Entry',
    type: 5,
    right: NONE,
    child: NONE,
    start: END_OF_CHAIN,
    bytes: Buffer.alloc(0),
  }
  const entries = [root]
  addEntries(tree, root, entries)
  const mini = createChains(MINI_SECTOR)
  for (const entry of entries) {
    if (entry.type === 2 && entry.bytes.length < MINI_CUTOFF) entry.start = mini.add(entry.bytes)
  }
  root.bytes = mini.bytes()
  const big = createChains(SECTOR)
  for (const entry of entries) {
    if (entry === root || entry.bytes.length >= MINI_CUTOFF) entry.start = big.add(entry.bytes)
  }
  const miniFatAt = big.add(mini.fat())
  const directoryAt = big.add(Buffer.concat(entries.map(entryBytes)))
  let fatSectors = 1
  while (fatSectors * (SECTOR / 4) < big.count() + fatSectors) fatSectors++
  const fatAt = big.add(Buffer.alloc(fatSectors * SECTOR))
  const body = big.bytes()
  big.fat().copy(body, fatAt * SECTOR)
  return Buffer.concat([header({ fatSectors, fatAt, directoryAt, miniFatAt }), body])
}

function addEntries(tree: CompoundTree, parent: Entry, entries: Entry[]): void {
  let previous: Entry | undefined
  for (const [name, content] of Object.entries(tree)) {
    const isStream = Buffer.isBuffer(content)
    const entry: Entry = {
      name,
      type: isStream ? 2 : 1,
      right: NONE,
      child: NONE,
      start: END_OF_CHAIN,
      bytes: isStream ? content : Buffer.alloc(0),
    }
    const id = entries.push(entry) - 1
    if (previous === undefined) parent.child = id
    else previous.right = id
    previous = entry
    if (!isStream) addEntries(content, entry, entries)
  }
}

function createChains(size: number) {
  const parts: Buffer[] = []
  const next: number[] = []
  return {
    /** Appends the bytes as a chain, and returns its first sector. */
    add(bytes: Buffer): number {
      const count = Math.ceil(bytes.length / size)
      const start = next.length
      for (let n = 1; n <= count; n++) next.push(n === count ? END_OF_CHAIN : start + n)
      parts.push(bytes, Buffer.alloc(count * size - bytes.length))
      return count === 0 ? END_OF_CHAIN : start
    },
    count: () => next.length,
    bytes: () => Buffer.concat(parts),
    fat(): Buffer {
      const fat = Buffer.alloc(Math.ceil(next.length / (SECTOR / 4)) * SECTOR, 0xff)
      next.forEach((sector, n) => fat.writeUInt32LE(sector, n * 4))
      return fat
    },
  }
}

function entryBytes({ name, type, right, child, start, bytes }: Entry): Buffer {
  const entry = Buffer.alloc(128)
  entry.write(name, 'utf16le')
  entry.writeUInt16LE(name.length * 2 + 2, 64)
  entry[66] = type
  for (const [at, value] of [
    [68, NONE],
    [72, right],
    [76, child],
    [116, start],
    [120, bytes.length],
  ] as const) {
    entry.writeUInt32LE(value, at)
  }
  return entry
}

function header(places: {
  fatSectors: number
  fatAt: number
  directoryAt: number
  miniFatAt: number
}): Buffer {
  const { fatSectors, fatAt, directoryAt, miniFatAt } = places
  const header = Buffer.alloc(SECTOR, 0xff)
  header.fill(0, 8, 76)
  header.write('d0cf11e0a1b11ae1', 'hex')
  for (const [at, value] of [
    [24, 0x3e],
    [26, 3],
    [28, 0xfffe],
    [30, 9],
    [32, 6],
  ] as const)
    header.writeUInt16LE(value, at)
  const numbers = [
    [44, fatSectors],
    [48, directoryAt],
    [56, MINI_CUTOFF],
    [60, miniFatAt],
    [68, END_OF_CHAIN],
  ] as const
  for (const [at, value] of numbers) header.writeUInt32LE(value, at)
  for (let n = 0; n < fatSectors; n++) header.writeUInt32LE(fatAt + n, 76 + n * 4)
  return header
}

/** The streams of a Word 97 document: its text as pieces, those of one byte a character in windows-1252. */
export function docStreams(pieces: readonly (string | Buffer)[]): CompoundTree {
  const word = Buffer.alloc(0x400)
  word.writeUInt16LE(0xa5ec, 0)
  word.writeUInt16LE(0xc1, 2)
  word.writeUInt16LE(0x0200, 0x0a)
  const parts: Buffer[] = [word]
  const positions: number[] = [0]
  const descriptors: Buffer[] = []
  let at = word.length
  for (const piece of pieces) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf16le') : piece
    const descriptor = Buffer.alloc(8)
    descriptor.writeUInt32LE(typeof piece === 'string' ? at : (at * 2) | 0x40000000, 2)
    descriptors.push(descriptor)
    positions.push(positions.at(-1)! + piece.length)
    parts.push(bytes)
    at += bytes.length
  }
  const table = Buffer.concat([Buffer.from(Uint32Array.from(positions).buffer), ...descriptors])
  const change = Buffer.from([1, 2, 0, 0xab, 0xcd])
  const clx = Buffer.concat([change, Buffer.from([2]), uint32(table.length), table])
  word.writeUInt32LE(clx.length, 0x1a6)
  return { WordDocument: Buffer.concat(parts), '1Table': clx }
}

/** The properties of a message, an attachment or a recipient: texts by tag and type, numbers by tag. */
export function mapiStreams(
  headerBytes: number,
  streams: Record<string, string | Buffer>,
  numbers: Record<string, number> = {},
): CompoundTree {
  const fixed = Object.entries(numbers).map(([tag, value]) =>
    Buffer.concat([uint16(3), uint16(parseInt(tag, 16)), uint32(6), uint32(value), uint32(0)]),
  )
  const entries = Object.entries(streams).map(([tag, value]) => [
    `__substg1.0_${tag}`,
    typeof value === 'string' ? Buffer.from(value, 'utf16le') : value,
  ])
  return {
    '__properties_version1.0': Buffer.concat([Buffer.alloc(headerBytes), ...fixed]),
    ...(Object.fromEntries(entries) as CompoundTree),
  }
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function uint16(value: number): Buffer {
  return uint32(value).subarray(0, 2)
}
