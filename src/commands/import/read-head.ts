import { open } from 'node:fs/promises'

/** What `contentTypeOf` needs of a file. */
export const HEAD_BYTES = 4_100

/** The beginning of a file. */
export async function readHead(path: string | Buffer): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
