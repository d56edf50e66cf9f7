import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { FoundFile } from './find-files.ts'
import { HEAD_BYTES, readHead } from './read-head.ts'

/** The content of a file that is to be uploaded. */
export interface ReadContent {
  /** hexadecimal */
  sha256: string
  /** bytes */
  size: number
  /** what `contentTypeOf` needs of it */
  head: Uint8Array
  /** all of it; called for each attempt to send it */
  open: () => Readable | Uint8Array
}

/** Bytes of a file that is kept in memory from its first reading until it is sent. */
const WHOLE_BYTES = 256 * 1024

/**
 * Reads a file once, where it is small: opening it again for its type and for its upload, and streams for what is one
 * chunk, cost more CPU than sending it. A larger one is read again when it is sent.
 * @throws the error of the file system
 */
export async function readContent({ path, size }: Pick<FoundFile, 'path' | 'size'>): Promise<ReadContent> {
  if (size > WHOLE_BYTES) return readLarge(path)
  const bytes = await readFile(path)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { sha256, size: bytes.length, head: bytes.subarray(0, HEAD_BYTES), open: () => bytes }
}

async function readLarge(path: Buffer): Promise<ReadContent> {
  const open = (): Readable => createReadStream(path, { highWaterMark: WHOLE_BYTES })
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of open() as AsyncIterable<Buffer>) {
    hash.update(chunk)
    size += chunk.length
  }
  // The HTTP client refuses a body that is longer than `size`, as of a file that has grown.
  return { sha256: hash.digest('hex'), size, head: await readHead(path), open }
}
