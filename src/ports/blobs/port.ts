import type { Readable } from 'node:stream'

export const BUCKETS = ['documents', 'signatures', 'previews'] as const
export type Bucket = (typeof BUCKETS)[number]

export interface BlobInfo {
  /** bytes */
  size: number
  /** hexadecimal SHA-256 of the bytes */
  sha256: string
}

/** Object storage. A key is made of ids and fixed words: letters, digits, `-`, `_`, `.`, `/`. */
export interface Blobs {
  /**
   * Stores the whole body durably before it resolves, without holding it in memory; replaces what was there.
   * When the body fails or `signal` aborts, nothing is left under the key.
   * @throws DomainError payload-too-large when the body has more than `maxBytes`, unavailable
   */
  put(
    bucket: Bucket,
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions,
  ): Promise<BlobInfo>
  /** The bytes from `start` to `end`, both included (the whole object without a range), or undefined. */
  get(bucket: Bucket, key: string, range?: { start: number; end: number }): Promise<Readable | undefined>
  /** Size in bytes, or undefined where there is no such object. */
  size(bucket: Bucket, key: string): Promise<number | undefined>
  /** Succeeds also when there is nothing to delete. */
  delete(bucket: Bucket, key: string): Promise<void>
  /** @throws DomainError unavailable when objects cannot be written or read now */
  check(): Promise<void>
  stop(): Promise<void>
}

export interface PutOptions {
  contentType: string
  maxBytes: number
  signal?: AbortSignal
  /**
   * The key was just made, so nothing can be there. Where the server can check that (If-None-Match), the put fails
   * rather than replace another object.
   */
  fresh?: boolean
}
