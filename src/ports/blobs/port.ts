import type { Readable } from 'node:stream'
import type { ObjectRow } from '../../db/object-rows.ts'

export const BUCKETS = ['documents', 'signatures', 'previews'] as const
export type Bucket = (typeof BUCKETS)[number]

export interface BlobInfo {
  /** bytes */
  size: number
  /** hexadecimal SHA-256 of the bytes */
  sha256: string
}

export interface PreparedObject extends BlobInfo {
  /** to be inserted with the row that names the object (db/object-rows.ts); undefined: the object is stored */
  row: ObjectRow | undefined
}

/** An object that a row names, with what the row says about its bytes. */
export interface StoredObject {
  bucket: Bucket
  key: string
  /** bytes */
  size: number
  /** hexadecimal; null: not known, in rows that other programs wrote */
  sha256: string | null
}

/** Both ends are included. */
export interface ByteRange {
  start: number
  end: number
}

/** An object as a listing shows it. */
export interface ListedObject {
  key: string
  /** bytes */
  size: number
  /** when it was stored */
  modified: Date
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
  /**
   * As `put` of a new key, for an object whose row is inserted next. A small one may be left to the statement that inserts
   * this row, so that both are committed together: then it is in the result, and nothing is stored yet.
   */
  prepare(
    bucket: Bucket,
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: Omit<PutOptions, 'fresh'>,
  ): Promise<PreparedObject>
  /**
   * The bytes of an object, or of a range of it, checked against its row. An object of at most 1 MiB is checked before
   * this resolves. A larger one is checked while it is read: its last bytes come only when the whole is right, else the
   * stream ends with an error. A range of a larger object cannot be checked without reading all of it: only its
   * existence and its size are.
   * @throws DomainError content-damaged when the object is missing or is not the one of the row; unavailable
   */
  open(object: StoredObject, range?: ByteRange): Promise<Readable>
  /**
   * All bytes of an object in memory, checked against its row.
   * @throws DomainError content-damaged, unavailable
   */
  read(object: StoredObject): Promise<Buffer>
  /** The unchecked bytes of a range (the whole object without one), or undefined where there is no such object. */
  get(bucket: Bucket, key: string, range?: ByteRange): Promise<Readable | undefined>
  /** Size in bytes, or undefined where there is no such object. */
  size(bucket: Bucket, key: string): Promise<number | undefined>
  /** Every object of a bucket, in no particular order. @throws DomainError unavailable */
  list(bucket: Bucket): AsyncIterable<ListedObject>
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
