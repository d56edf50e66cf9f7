import type { Readable } from 'node:stream'
import type { Bucket, ByteRange, ListedObject } from './port.ts'

export type Body = Uint8Array | AsyncIterable<Uint8Array>

/** What an error of a driver means; undefined: nothing that a client could understand. */
export type ErrorMeaning = 'missing' | 'full' | 'unavailable' | undefined

/** A kind of object storage. `createBlobs` checks the arguments, measures the bodies and translates the errors. */
export interface BlobsDriver {
  /** An object of at most so many bytes is stored by the statement that inserts its row, where there is one. */
  rowBytes?: number
  /** Stores the whole body durably before it resolves. When the body fails, nothing is left under the key. */
  put(bucket: Bucket, key: string, body: Body, options: DriverPutOptions): Promise<void>
  /** The bytes of a range, or all. The range may be beyond the object's end. Rejects when there is no such object. */
  get(bucket: Bucket, key: string, range?: ByteRange): Promise<OpenedObject>
  /** In bytes. Rejects when there is no such object. */
  size(bucket: Bucket, key: string): Promise<number>
  /** Every object of a bucket that was there when it began. */
  list(bucket: Bucket): AsyncIterable<ListedObject>
  /** May resolve or reject when there is no such object. */
  delete(bucket: Bucket, key: string): Promise<void>
  /** Resolves when every object can be read whose row was committed before. */
  catchUp?(): Promise<void>
  /** Rejects when objects cannot be written or read now. */
  check(): Promise<void>
  meaningOf(error: unknown): ErrorMeaning
  stop(): Promise<void>
}

export interface DriverPutOptions {
  contentType: string
  signal: AbortSignal | undefined
  /** see PutOptions */
  fresh: boolean
  /** bytes of the body that were read so far */
  bytesRead: () => number
}

export interface OpenedObject {
  stream: Readable
  /** bytes of the whole object */
  size: number
}
