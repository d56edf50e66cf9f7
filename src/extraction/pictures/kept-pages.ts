import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pageKey } from '../../domain/content-key.ts'

/** What is needed of the object storage (ports/blobs/port.ts). */
interface PageObjects {
  get(bucket: 'previews', key: string): Promise<Readable | undefined>
  put(
    bucket: 'previews',
    key: string,
    body: Uint8Array,
    options: { contentType: string; maxBytes: number },
  ): Promise<unknown>
}

const HASH_BYTES = 32

/** Before the bytes stands the SHA-256 of their key and them, so that no other picture passes for this one. */
const hashOf = (key: string, bytes: Uint8Array): Buffer =>
  createHash('sha256').update(`${key}\n`).update(bytes).digest()

/**
 * What was drawn of a content before; undefined where it was not, or where the object is damaged: then it is drawn again.
 * @param name of what was drawn
 * @throws DomainError unavailable
 */
export async function findPage(
  objects: Pick<PageObjects, 'get'>,
  sha256: string,
  name: string,
): Promise<Buffer | undefined> {
  const key = pageKey(sha256, name)
  const stream = await objects.get('previews', key)
  if (stream === undefined) return undefined
  const kept = await buffer(stream)
  const bytes = kept.subarray(HASH_BYTES)
  return hashOf(key, bytes).equals(kept.subarray(0, HASH_BYTES)) ? bytes : undefined
}

/** @throws DomainError unavailable */
export async function keepPage(
  objects: Pick<PageObjects, 'put'>,
  sha256: string,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const key = pageKey(sha256, name)
  const kept = Buffer.concat([hashOf(key, bytes), bytes])
  await objects.put('previews', key, kept, { contentType: 'application/octet-stream', maxBytes: kept.length })
}
