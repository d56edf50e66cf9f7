/** The `file:` driver: objects are files below one folder, and small ones rows where the process has a database. */
import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Pool } from 'pg'
import { watchDiskSpace } from '../../runtime/disk-space.ts'
import { makeDurableFolder, syncFolder } from '../../runtime/file-sync.ts'
import type { BlobsDriver, ErrorMeaning } from './driver.ts'
import { withObjectTable } from './object-table.ts'
import { type Bucket, BUCKETS, type ListedObject } from './port.ts'

/** Creating files in one folder at the same time waits for its lock, so temporary files are spread over several. */
const TEMPORARY_FOLDERS = 16
/** Each read allocates a buffer of this size, or of the range's size when that is smaller. */
const CHUNK_BYTES = 256 * 1024
/** A file that nobody has written to for so long belongs to no upload. Another process may share the folder. */
const ABANDONED_MS = 3_600_000

/**
 * @param url `file:` for `folder`, or file:///folder; the folder is created when it is missing
 * @param resources.database keeps small objects
 */
export async function openFileDriver(
  url: string,
  { folder, database }: { folder: string; database?: { pool: Pool } | undefined },
): Promise<BlobsDriver> {
  const files = await openFiles(folderOf(url, folder))
  return database ? withObjectTable(files, database.pool) : files
}

/**
 * An object is written to a temporary file on the same file system, flushed, and renamed to its place; then the folder
 * is flushed. So a file in a bucket is always complete, also after a crash. Temporary files that a crash left are
 * removed after an hour.
 */
async function openFiles(folder: string): Promise<BlobsDriver> {
  const drafts = join(folder, 'drafts')
  const newTemporaryPath = await makeTemporaryFolders(drafts)
  await removeAbandoned(drafts)
  const cleaning = setInterval(() => void removeAbandoned(drafts), ABANDONED_MS).unref()
  for (const bucket of BUCKETS) await makeDurableFolder(join(folder, bucket), 0o700)
  const space = watchDiskSpace(folder)

  return {
    async put(bucket, key, body) {
      await space.requireSpace()
      const temporary = newTemporaryPath()
      let file: FileHandle | undefined
      try {
        file = await open(temporary, 'wx', 0o600)
        await writeFile(file, body)
        await file.datasync()
        await file.close()
        await moveDurably(temporary, objectPath(folder, bucket, key))
      } catch (error) {
        await file?.close().catch(() => {})
        await rm(temporary, { force: true }).catch(() => {})
        throw error
      }
    },

    async get(bucket, key, range) {
      const file = await open(objectPath(folder, bucket, key), 'r')
      const { size } = await file.stat()
      const bytes = range ? range.end - range.start + 1 : size
      const highWaterMark = Math.min(Math.max(bytes, 1), CHUNK_BYTES)
      // The stream closes the file when it ends or is destroyed.
      return { stream: file.createReadStream({ ...range, highWaterMark }), size }
    },

    list: (bucket) => listObjects(join(folder, bucket)),

    size: async (bucket, key) => (await stat(objectPath(folder, bucket, key))).size,

    delete: (bucket, key) => unlink(objectPath(folder, bucket, key)),

    async check() {
      const temporary = newTemporaryPath()
      try {
        await writeFile(temporary, Buffer.alloc(4_096), { flag: 'wx', mode: 0o600, flush: true })
      } finally {
        await rm(temporary, { force: true })
      }
      await space.requireSpace()
      for (const bucket of BUCKETS) await readdir(join(folder, bucket))
    },

    meaningOf,
    stop: async () => clearInterval(cleaning),
  }
}

/** @returns a function that returns a new path in one of the folders */
async function makeTemporaryFolders(parent: string): Promise<() => string> {
  for (let n = 0; n < TEMPORARY_FOLDERS; n++)
    await mkdir(join(parent, String(n)), { recursive: true, mode: 0o700 })
  let count = 0
  return () => join(parent, String(++count % TEMPORARY_FOLDERS), randomUUID())
}

/** Removes the temporary files that no process writes any more. What cannot be removed now is left for later. */
async function removeAbandoned(drafts: string): Promise<void> {
  const entries = await readdir(drafts, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }))
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(path, { force: true }).catch(() => {})
  }
}

async function* listObjects(folder: string): AsyncGenerator<ListedObject> {
  for (const subfolder of await readdir(folder)) {
    for (const name of await readdir(join(folder, subfolder))) {
      // Undefined: deleted in the meantime.
      const found = await stat(join(folder, subfolder, name)).catch(unlessMissing)
      if (found?.isFile()) yield { key: name.replaceAll(',', '/'), size: found.size, modified: found.mtime }
    }
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/**
 * The key as a file name, in one of 256 folders so that none grows too large. A hash chooses the folder, because ids
 * that were made at about the same time begin alike. A comma stands for the slash; no key has a comma.
 */
function objectPath(folder: string, bucket: Bucket, key: string): string {
  const subfolder = createHash('sha256').update(key).digest('hex').slice(0, 2)
  return join(folder, bucket, subfolder, key.replaceAll('/', ','))
}

/** The move is durable once the target's folder is flushed. */
async function moveDurably(from: string, to: string): Promise<void> {
  const folder = dirname(to)
  try {
    await rename(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await makeDurableFolder(folder, 0o700)
    await rename(from, to)
  }
  await syncFolder(folder)
}

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG']
const UNAVAILABLE = ['EACCES', 'EPERM', 'EROFS', 'EIO', 'ENOTDIR', 'EMFILE', 'ENFILE', 'ENXIO', 'ESTALE']

function meaningOf(error: unknown): ErrorMeaning {
  const { code = '' } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'missing'
  if (FULL.includes(code)) return 'full'
  return UNAVAILABLE.includes(code) ? 'unavailable' : undefined
}

function folderOf(url: string, ownFolder: string): string {
  if (url === 'file:') return ownFolder
  if (!url.startsWith('file:///')) throw new Error(`blobs.url: must be file: or file:///folder, not ${url}`)
  return resolve(fileURLToPath(url))
}
