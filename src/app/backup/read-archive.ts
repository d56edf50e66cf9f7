import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ArchiveError } from './archive-error.ts'
import {
  bytesOf,
  CHECKSUMS_EVERY,
  type End,
  END_NAME,
  type Manifest,
  MANIFEST_NAME,
  numbered,
  OBJECT_BUCKETS,
  type ObjectBucket,
  parseEnd,
  parseManifest,
} from './archive-format.ts'
import { type Entry, readTar } from './tar.ts'
import { checksumLine, hashed } from './write-archive.ts'

/** An entry between the manifest and the end. The body is read whole, or not at all. */
export type Item = Entry &
  (
    | { kind: 'secret'; secret: string }
    | { kind: 'rows'; table: Manifest['tables'][number] }
    | { kind: 'object'; bucket: ObjectBucket; file: string }
  )

export interface Visitor {
  manifest(manifest: Manifest): void
  item(item: Item): Promise<void>
}

/**
 * Reads an archive in one pass, and compares every entry with its checksum, its place and the manifest. An entry is given
 * out before its checksum has been seen: only when this resolves was everything right.
 * @throws ArchiveError, NewerArchiveError; the error of the file system; the signal's reason
 */
export async function readArchive(file: string, signal: AbortSignal, visitor: Visitor): Promise<End> {
  const source = createReadStream(file, { highWaterMark: 256 * 1024, signal })
  const bytes = createGunzip({ chunkSize: 256 * 1024 })
  // A failure of either stream ends the other, and is thrown where the bytes are read.
  pipeline(source, bytes, () => {})
  try {
    return await readEntries(readTar(bytes), visitor)
  } catch (error) {
    signal.throwIfAborted()
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'Z_BUF_ERROR') throw new ArchiveError('it is cut off')
    if (code.startsWith('Z_')) throw new ArchiveError('it is not a backup of docmgr, or it is damaged')
    throw error
  } finally {
    source.destroy()
  }
}

/** Reads an archive without doing anything with it. */
export async function checkArchive(
  file: string,
  signal: AbortSignal,
): Promise<{ manifest: Manifest; end: End }> {
  let manifest: Manifest | undefined
  const end = await readArchive(file, signal, {
    manifest: (value) => void (manifest = value),
    item: async () => {},
  })
  return { manifest: manifest!, end }
}

async function readEntries(entries: AsyncGenerator<Entry>, visitor: Visitor): Promise<End> {
  const all = createHash('sha256')
  let [count, parts, lines] = [0, 0, '']
  let content: ReturnType<typeof createContentCheck> | undefined
  let end: End | undefined
  for await (const entry of entries) {
    const { name } = entry
    if (end) throw new ArchiveError(`its entry ${JSON.stringify(name)} is after its end`)
    if (name === `checksums/${numbered(parts + 1)}` && lines !== '') {
      const bytes = await bytesOf(entry)
      if (bytes.toString() !== lines)
        throw new ArchiveError('it is damaged: its checksums are not those of its entries')
      all.update(bytes)
      lines = ''
      parts++
      continue
    }
    if (name === END_NAME && lines === '' && content) {
      end = parseEnd(await bytesOf(entry))
      content.expectEnd(end)
      if (end.entries !== count || end.sha256 !== all.digest('hex'))
        throw new ArchiveError(`it is damaged: its ${END_NAME} is not that of its entries`)
      continue
    }
    if (count > 0 && count % CHECKSUMS_EVERY === 0 && lines !== '')
      throw new ArchiveError('its checksums are missing')
    const hash = createHash('sha256')
    const body = hashed(entry.body, hash)
    if (content) {
      const item = content.check({ ...entry, body })
      await visitor.item(item)
      for await (const _ of item.body);
    } else content = createContentCheck(await readManifest({ ...entry, body }, visitor))
    lines += checksumLine(hash, name)
    count++
  }
  if (!end) throw new ArchiveError('it is cut off')
  return end
}

async function readManifest(entry: Entry, visitor: Visitor): Promise<Manifest> {
  if (entry.name !== MANIFEST_NAME) throw new ArchiveError('it is not a backup of docmgr')
  const manifest = parseManifest(await bytesOf(entry))
  visitor.manifest(manifest)
  return manifest
}

const SECRET = /^secrets\/([a-z][a-z-]{0,50})$/
const ROWS = /^tables\/([a-z0-9_.]+)\/(\d{6})\.jsonl$/
/** Keys are made of segments that do not begin with a dot, so none leads out of its bucket. */
const OBJECT = /^objects\/([a-z]+)\/([\w-][\w.-]*(?:\/[\w-][\w.-]*)*)$/
const MAX_SECRET_BYTES = 4_096

/** Compares the entries with the manifest, and their order with that of the format: each can be there only once. */
function createContentCheck(manifest: Manifest) {
  const rows = manifest.tables.map(() => 0)
  const objects = { documents: { count: 0, bytes: 0 }, signatures: { count: 0, bytes: 0 } }
  let last = ''

  function inOrder<T>(place: string, value: T): T {
    if (place <= last)
      throw new ArchiveError(`its entry ${place.slice(2)} is twice in it, or in the wrong place`)
    last = place
    return value
  }

  async function* counted(body: Entry['body'], table: number): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) rows[table]!++
      yield chunk
    }
  }

  return {
    /** @throws ArchiveError for an entry that the format does not have */
    check(entry: Entry): Item {
      const { name, size, body } = entry
      const secret = SECRET.exec(name)?.[1]
      if (secret !== undefined && size <= MAX_SECRET_BYTES)
        return inOrder(`1 ${name}`, { ...entry, kind: 'secret', secret })
      const [, tableName, part] = ROWS.exec(name) ?? []
      const table = manifest.tables.findIndex((one) => one.name === tableName)
      if (table >= 0) {
        const item = { ...entry, kind: 'rows' as const, table: manifest.tables[table]! }
        return inOrder(`2 ${numbered(table)} ${part!}`, { ...item, body: counted(body, table) })
      }
      const [, bucketName, file] = OBJECT.exec(name) ?? []
      const bucket = OBJECT_BUCKETS.find((one) => one === bucketName)
      if (!bucket) throw new ArchiveError(`its entry ${JSON.stringify(name)} is not one of a backup`)
      const sum = objects[bucket]
      sum.count++
      sum.bytes += size
      if (sum.bytes > manifest.objects[bucket].bytes)
        throw new ArchiveError(`it has more in ${bucket} than its manifest says`)
      return inOrder(`3 ${name}`, { ...entry, kind: 'object', bucket, file: file! })
    },

    /** @throws ArchiveError when entries are missing */
    expectEnd(end: End): void {
      const missing = OBJECT_BUCKETS.reduce(
        (sum, one) => sum + manifest.objects[one].count - objects[one].count,
        0,
      )
      const isWhole = manifest.tables.every((table, place) => table.rows === rows[place])
      if (!isWhole || missing !== end.damaged || end.complete !== (end.damaged === 0))
        throw new ArchiveError('it is damaged: it does not have what its manifest says')
    },
  }
}
