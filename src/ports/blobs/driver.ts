import type { Readable } from 'node:stream'
import type { Bucket } from './port.ts'

export type Body = Uint8Array | AsyncIterable<Uint8Array>

/** What an error of a driver means; undefined: nothing that a client could understand. */
export type ErrorMeaning = 'missing' | 'full' | 'unavailable' | undefined

/** A kind of object storage. `createBlobs` checks the arguments, measures the bodies and translates the errors. */
export interface BlobsDriver {
  /** Stores the whole body durably before it resolves. When the body fails, nothing is left under the key. */
  put(bucket: Bucket, key: string, body: Body, options: DriverPutOptions): Promise<void>
  /** The bytes from `start` to `end`, both included. Rejects when there is no such object. */
  get(bucket: Bucket, key: string, range?: { start: number; end: number }): Promise<Readable>
  /** In bytes. Rejects when there is no such object. */
  size(bucket: Bucket, key: string): Promise<number>
  /** May resolve or reject when there is no such object. */
  delete(bucket: Bucket, key: string): Promise<void>
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
