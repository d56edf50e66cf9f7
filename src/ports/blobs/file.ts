/** The `file:` adapter: objects are files below one folder, which belongs to one process. */
import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DomainError } from '../../domain/errors.ts'
import { syncFolder } from '../../runtime/file-sync.ts'
import { checkKey } from './object-key.ts'
import { type BlobInfo, type Blobs, type Bucket, BUCKETS, type PutOptions } from './port.ts'
import { untilAborted } from './until-aborted.ts'

/** Files that are made in one folder at the same time wait for its lock, which costs more CPU than making them. */
const DRAFT_FOLDERS = 16
/** Each read takes a new buffer of this size, unless the reader wants less. */
const CHUNK_BYTES = 256 * 1024

/**
 * An object is written to `drafts/` on the same file system, flushed, and renamed to its place; then the folder is flushed.
 * So a file in a bucket is always whole, also after a crash; drafts that a crash left are removed here.
 *
 * @param folder made when it is not there
 */
export async function openFileBlobs(folder: string): Promise<Blobs> {
  const drafts = join(folder, 'drafts')
  await rm(drafts, { recursive: true, force: true })
  for (let n = 0; n < DRAFT_FOLDERS; n++)
    await mkdir(join(drafts, String(n)), { recursive: true, mode: 0o700 })
  for (const bucket of BUCKETS) await mkdir(join(folder, bucket), { recursive: true, mode: 0o700 })

  let draftCount = 0
  const newDraft = (): string =>
    join(drafts, String(++draftCount % DRAFT_FOLDERS), `${process.pid}-${draftCount}`)

  return {
    async put(bucket, key, body, options) {
      const target = objectPath(folder, bucket, key)
      const draft = newDraft()
      let file: FileHandle | undefined
      try {
        file = await open(draft, 'wx', 0o600)
        const info = await write(file, body, options)
        await file.datasync()
        await file.close()
        await moveInto(draft, target)
        return info
      } catch (error) {
        await file?.close().catch(() => {})
        await rm(draft, { force: true }).catch(() => {})
        throw storageError(error)
      }
    },

    async get(bucket, key, range) {
      const file = await openExisting(objectPath(folder, bucket, key))
      // The stream closes the file when it ends or is destroyed.
      const wanted = range ? range.end - range.start + 1 : CHUNK_BYTES
      return file?.createReadStream({ ...range, highWaterMark: Math.min(wanted, CHUNK_BYTES) })
    },

    async size(bucket, key) {
      try {
        return (await stat(objectPath(folder, bucket, key))).size
      } catch (error) {
        return whenMissing(error, undefined)
      }
    },

    async delete(bucket, key) {
      try {
        await unlink(objectPath(folder, bucket, key))
      } catch (error) {
        whenMissing(error, undefined)
      }
    },

    async check() {
      const draft = newDraft()
      try {
        const file = await open(draft, 'wx', 0o600)
        await file.close()
        await unlink(draft)
        for (const bucket of BUCKETS) await readdir(join(folder, bucket))
      } catch (error) {
        throw storageError(error)
      }
    },

    async stop() {},
  }
}

/**
 * The key as a file name, in one of 256 folders so that none grows too large: chosen by a hash, because ids that are
 * made together begin alike. A comma stands for the slash; no key has one.
 */
function objectPath(folder: string, bucket: Bucket, key: string): string {
  checkKey(key)
  const shelf = createHash('sha256').update(key).digest('hex').slice(0, 2)
  return join(folder, bucket, shelf, key.replaceAll('/', ','))
}

async function write(
  file: FileHandle,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  options: PutOptions,
): Promise<BlobInfo> {
  const hash = createHash('sha256')
  let size = 0
  const append = async (bytes: Uint8Array): Promise<void> => {
    options.signal?.throwIfAborted()
    size += bytes.length
    if (size > options.maxBytes) {
      throw new DomainError('payload-too-large', `the content must have at most ${options.maxBytes} bytes`)
    }
    hash.update(bytes)
    await file.appendFile(bytes)
  }
  if (body instanceof Uint8Array) await append(body)
  else for await (const bytes of untilAborted(body, options.signal)) await append(bytes)
  options.signal?.throwIfAborted()
  return { size, sha256: hash.digest('hex') }
}

/** Durable once the folder that has the new name is flushed, and that folder's own name in the bucket. */
async function moveInto(draft: string, target: string): Promise<void> {
  const shelf = dirname(target)
  try {
    await rename(draft, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await mkdir(shelf, { recursive: true, mode: 0o700 })
    await syncFolder(dirname(shelf))
    await rename(draft, target)
  }
  await syncFolder(shelf)
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    return whenMissing(error, undefined)
  }
}

function whenMissing<T>(error: unknown, value: T): T {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value
  throw storageError(error)
}

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG']
const BROKEN = ['EACCES', 'EPERM', 'EROFS', 'EIO', 'ENOENT', 'ENOTDIR', 'EMFILE', 'ENFILE', 'ENXIO', 'ESTALE']

/** What the file system refuses, as an error that the client understands; others are left as they are. */
function storageError(error: unknown): unknown {
  const { code = '' } = error as NodeJS.ErrnoException
  if (FULL.includes(code)) {
    return new DomainError('unavailable', 'the disk that keeps the contents is full', { cause: error })
  }
  if (BROKEN.includes(code)) {
    return new DomainError('unavailable', 'the contents cannot be read or written now', { cause: error })
  }
  return error
}
