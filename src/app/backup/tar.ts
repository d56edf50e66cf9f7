/**
 * The part of tar that a backup consists of: regular files with names of at most 100 characters (POSIX.1-2017, pax,
 * "ustar Interchange Format"). A reader of all of tar would hold extension headers of any size in memory.
 */
import { ArchiveError } from './archive-error.ts'

/** One file of an archive. The body is read before the next entry is asked for. */
export interface Entry {
  name: string
  /** bytes */
  size: number
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

const MAX_NAME_CHARS = 100
const BLOCK = 512
/** What eleven octal digits can say. */
const MAX_SIZE = 8 ** 11 - 1
const ZEROS = Buffer.alloc(2 * BLOCK)

/** @throws Error when a body has another size than its entry says */
export async function* writeTar(entries: AsyncIterable<Entry>, modified: Date): AsyncGenerator<Uint8Array> {
  for await (const { name, size, body } of entries) {
    yield headerOf(name, size, modified)
    let written = 0
    for await (const chunk of body) {
      written += chunk.length
      yield chunk
    }
    if (written !== size) throw new Error(`${name} has ${written} bytes instead of ${size}`)
    yield ZEROS.subarray(0, paddingOf(size))
  }
  yield ZEROS
}

const paddingOf = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK

function headerOf(name: string, size: number, modified: Date): Buffer {
  if (Buffer.byteLength(name) > MAX_NAME_CHARS || size > MAX_SIZE)
    throw new Error(`${name}, ${size} bytes: does not fit into an archive`)
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, digits: number): number =>
    header.write(value.toString(8).padStart(digits, '0'), at)
  header.write(name, 0)
  octal(0o600, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(size, 124, 11)
  octal(Math.floor(modified.getTime() / 1_000), 136, 11)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  octal(checksumOf(header), 148, 6)
  header.write('\0 ', 154)
  return header
}

/** The sum of all bytes, with blanks in place of the checksum itself. */
function checksumOf(header: Buffer): number {
  let sum = 8 * 0x20
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += header[at]!
  return sum
}

/**
 * The entries of an archive, one after the other. What is left of a body when the next entry is asked for is skipped.
 * @throws ArchiveError for anything that `writeTar` does not write
 */
export async function* readTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Entry> {
  const reader = createByteReader(bytes)
  for (;;) {
    const header = await reader.take(BLOCK)
    if (header.every((byte) => byte === 0)) return reader.expectZeros()
    const { name, size } = parseHeader(header)
    const body = reader.stream(size)
    yield { name, size, body }
    for await (const _ of body);
    await reader.take(paddingOf(size))
  }
}

function parseHeader(header: Buffer): { name: string; size: number } {
  const text = (from: number, to: number): string => /^[^\0]*/.exec(header.toString('latin1', from, to))![0]
  const name = text(0, MAX_NAME_CHARS)
  const checksum = parseInt(text(148, 156), 8)
  if (text(257, 263) !== 'ustar' || checksum !== checksumOf(header))
    throw new ArchiveError('it is not a backup of docmgr, or it is damaged')
  const type = String.fromCharCode(header[156]!)
  const size = text(124, 136)
  if (type !== '0' || text(345, 500) !== '' || !/^[0-7]{11}$/.test(size))
    throw new ArchiveError(`its entry ${JSON.stringify(name)} is not a file of a backup`)
  return { name, size: parseInt(size, 8) }
}

function createByteReader(bytes: AsyncIterable<Uint8Array>) {
  const chunks = bytes[Symbol.asyncIterator]()
  let rest: Buffer = ZEROS.subarray(0, 0)

  /** At most `limit` of the next bytes; undefined at the end. */
  async function some(limit: number): Promise<Buffer | undefined> {
    while (rest.length === 0) {
      const { done, value } = await chunks.next()
      if (done) return undefined
      rest = Buffer.from(value.buffer, value.byteOffset, value.length)
    }
    const part = rest.subarray(0, limit)
    rest = rest.subarray(part.length)
    return part
  }

  async function* stream(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      const part = await some(left)
      if (!part) throw new ArchiveError('it is cut off')
      left -= part.length
      yield part
    }
  }

  return {
    stream,
    async take(count: number): Promise<Buffer> {
      const parts: Buffer[] = []
      for await (const part of stream(count)) parts.push(part)
      return Buffer.concat(parts)
    },
    /** Also reads the checksum of the compression. */
    async expectZeros(): Promise<void> {
      for (let part; (part = await some(BLOCK));)
        if (part.some((byte) => byte !== 0)) throw new ArchiveError('it has data after its end')
    },
  }
}
