import type { BlobsDriver, Body } from './driver.ts'
import { createMeter } from './meter.ts'
import type { Bucket, PreparedObject, PutOptions } from './port.ts'

export interface NewObject extends PutOptions {
  bucket: Bucket
  key: string
  body: Body
  /** a body of at most so many bytes is not stored: it is left to a row; undefined: none */
  rowBytes?: number | undefined
}

/**
 * Measures a body and stores it.
 * @param storage.problemOf translates errors of the driver
 * @throws DomainError payload-too-large; the errors of the body and of the signal, as they are
 */
export async function takeIn(
  { driver, problemOf }: { driver: BlobsDriver; problemOf: (error: unknown) => unknown },
  object: NewObject,
): Promise<PreparedObject> {
  const { bucket, key, maxBytes, signal, contentType, fresh = false, rowBytes } = object
  const meter = createMeter(maxBytes, signal)
  const { bytesRead } = meter
  try {
    const { whole, body } = await readStart(meter.measure(object.body), rowBytes)
    if (whole === undefined) await driver.put(bucket, key, body, { contentType, signal, fresh, bytesRead })
    return { ...meter.info(), row: whole && { bucket, key, bytes: whole } }
  } catch (error) {
    throw meter.failure ?? problemOf(error)
  }
}

/**
 * Reads a body as far as it is small.
 * @param maxBytes undefined: no body is small
 * @returns all of it, or a body to go on with
 */
async function readStart(
  body: Body,
  maxBytes: number | undefined,
): Promise<{ whole: Uint8Array; body?: never } | { whole?: never; body: Body }> {
  if (maxBytes === undefined) return { body }
  if (body instanceof Uint8Array) return body.length <= maxBytes ? { whole: body } : { body }
  const iterator = body[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let size = 0
  while (size <= maxBytes) {
    const next = await iterator.next()
    if (next.done === true) return { whole: Buffer.concat(chunks) }
    chunks.push(next.value)
    size += next.value.length
  }
  return { body: continued(chunks, iterator) }
}

async function* continued(
  chunks: Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
    for (;;) {
      const next = await iterator.next()
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}
