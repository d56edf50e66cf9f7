import { DomainError } from '../../domain/errors.ts'
import { diskFull } from '../../runtime/disk-space.ts'
import { spanned } from '../../runtime/spans.ts'
import { createCheckedReads, type Damage } from './checked-read.ts'
import type { BlobsDriver } from './driver.ts'
import type { Blobs, Bucket } from './port.ts'
import { takeIn } from './take-in.ts'

/** Segments of letters, digits, `-`, `_` and `.`, none of which begins with a dot: no key leads out of its bucket. */
const KEY = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/
const MAX_KEY_CHARS = 200

/**
 * The object storage over a driver: what is the same for every kind of storage.
 * @param onDamage gets each object that is not the one of its row
 */
export function createBlobs(driver: BlobsDriver, onDamage: (damage: Damage) => void = () => {}): Blobs {
  const problemOf = (error: unknown): unknown => {
    const meaning = driver.meaningOf(error)
    if (meaning === undefined || error instanceof DomainError) return error
    const detail =
      meaning === 'full'
        ? diskFull('the object storage')
        : 'the object storage cannot be reached now; try again'
    return new DomainError('unavailable', detail, { cause: error })
  }

  const unlessMissing = async <T>(key: string, work: () => Promise<T>): Promise<T | undefined> => {
    checkKey(key)
    try {
      return await work()
    } catch (error) {
      if (driver.meaningOf(error) === 'missing') return undefined
      throw problemOf(error)
    }
  }

  const reads = createCheckedReads({
    get: ({ bucket, key }, range) => unlessMissing(key, () => driver.get(bucket, key, range)),
    catchUp: async () => driver.catchUp?.(),
    problemOf,
    onDamage,
  })

  return tracedBlobs({
    async put(bucket, key, body, options) {
      checkKey(key)
      const { size, sha256 } = await takeIn({ driver, problemOf }, { bucket, key, body, ...options })
      return { size, sha256 }
    },

    async prepare(bucket, key, body, options) {
      checkKey(key)
      const { rowBytes } = driver
      return takeIn({ driver, problemOf }, { bucket, key, body, ...options, fresh: true, rowBytes })
    },

    ...reads,

    get: async (bucket, key, range) =>
      (await unlessMissing(key, () => driver.get(bucket, key, range)))?.stream,
    size: (bucket, key) => unlessMissing(key, () => driver.size(bucket, key)),
    delete: (bucket, key) => unlessMissing(key, () => driver.delete(bucket, key)),

    async *list(bucket) {
      try {
        yield* driver.list(bucket)
      } catch (error) {
        throw problemOf(error)
      }
    },

    async check() {
      try {
        await driver.check()
      } catch (error) {
        throw problemOf(error)
      }
    },

    stop: () => driver.stop(),
  })
}

/** Spans of what requests and the indexer wait for. Of a stream, until its first bytes can be read. */
function tracedBlobs(blobs: Blobs): Blobs {
  const span = (operation: string, bucket: Bucket) =>
    ({ name: `${operation} ${bucket}`, kind: 'client', attributes: { 'docmgr.bucket': bucket } }) as const
  return {
    ...blobs,
    put: (bucket, ...rest) => spanned(span('put', bucket), () => blobs.put(bucket, ...rest)),
    prepare: (bucket, ...rest) => spanned(span('put', bucket), () => blobs.prepare(bucket, ...rest)),
    read: (object) => spanned(span('read', object.bucket), () => blobs.read(object)),
    open: (object, range) => spanned(span('open', object.bucket), () => blobs.open(object, range)),
  }
}

/** docmgr makes the keys itself, so a bad one is a defect of the caller. */
function checkKey(key: string): void {
  if (!KEY.test(key) || key.length > MAX_KEY_CHARS)
    throw new Error(`not a key of an object: ${key.slice(0, 250)}`)
}
