import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import type { ClientBase } from 'pg'
import { derivedTables, keptTables } from '../../db/kept-tables.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { Retry } from '../../roles/indexer/retry-transient.ts'
import { createSemaphore } from '../../runtime/semaphore.ts'
import { ArchiveError } from './archive-error.ts'
import { bytesOf, type Manifest, OBJECT_BUCKETS } from './archive-format.ts'
import { SMALL_BYTES } from './dump.ts'
import { type Item, readArchive } from './read-archive.ts'
import { type NamedObject, namedObjects } from './stored-objects.ts'

const WRITERS = 8

/** Where an archive is restored. */
export interface LoadTarget {
  /** in a transaction, which the caller commits: rows become visible after their objects */
  client: ClientBase
  blobs: Blobs
  retry: Retry
  /** for secrets; undefined: they are left out */
  folder: string | undefined
}

/**
 * Reads an archive into empty tables of its own schema version and into empty object storage. Every object is compared
 * with the row that names it, and no other is stored.
 * @param onObject is called for each object
 * @throws ArchiveError, DomainError unavailable; nothing is undone
 */
export async function load(file: string, target: LoadTarget, onObject: () => void): Promise<void> {
  const { client, retry } = target
  await makeReady(client)
  const objects = createObjectLoader(target, onObject)
  try {
    const end = await readArchive(file, retry.signal, {
      manifest: () => {},
      async item(item) {
        if (item.kind === 'object') await objects.load(item)
        else if (item.kind === 'rows') await insert(client, item)
        else if (target.folder !== undefined)
          await writeSecret(join(target.folder, item.secret), await bytesOf(item))
      },
    })
    if ((await objects.finish()) !== end.damaged)
      throw new ArchiveError('its rows name objects that it does not have')
  } finally {
    await objects.settle()
  }
}

async function makeReady(client: ClientBase): Promise<void> {
  for (const { name } of await keptTables(client)) {
    const { rows } = await client.query(`select from ${name} limit 1`)
    if (rows.length > 0) throw new Error(`the table ${name} is not empty: restore into an empty database`)
  }
  // A service that ran on the empty database has left its place in the log.
  for (const { name } of await derivedTables(client)) await client.query(`delete from ${name}`)
}

/** @throws ArchiveError unless the archive has the tables and columns of this database */
export async function checkTables(client: ClientBase, { tables }: Manifest): Promise<void> {
  const text = (list: readonly { name: string; columns: readonly string[] }[]): string =>
    JSON.stringify(list.map(({ name, columns }) => [name, [...columns].sort()]).sort())
  if (text(tables) !== text(await keptTables(client)))
    throw new ArchiveError('its tables are not those of its schema version')
}

async function insert(client: ClientBase, item: Item & { kind: 'rows' }): Promise<void> {
  const { name, columns } = item.table
  const lines = (await bytesOf(item)).toString().trimEnd().split('\n')
  const names = columns.map((column) => `"${column}"`).join(', ')
  const text = `insert into ${name} (${names}) select ${names} from json_populate_recordset(null::${name}, $1)`
  try {
    await client.query(text, [`[${lines.join(',')}]`])
  } catch (error) {
    const { code = '', message } = error as Error & { code?: string }
    // Classes 22 data exception and 23 integrity constraint violation.
    if (/^2[23]/.test(code))
      throw new ArchiveError(`its entry ${item.name} has rows that do not fit: ${message}`)
    throw error
  }
}

async function writeSecret(path: string, bytes: Buffer): Promise<void> {
  const sink = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true })
  await new Promise<void>((resolve, reject) => sink.on('error', reject).on('close', resolve).end(bytes))
}

/** Stores objects in the order of the rows that name them, small ones several at a time. */
function createObjectLoader({ client, blobs, retry }: LoadTarget, onObject: () => void) {
  const writers = createSemaphore(WRITERS)
  const failed = new AbortController()
  // Opened when all rows are there.
  let rows: AsyncGenerator<NamedObject> | undefined
  let missing = 0

  async function store(row: NamedObject, body: Uint8Array | Item['body']): Promise<void> {
    const { bucket, key, size, sha256, contentType } = row
    const bytes = body instanceof Uint8Array ? body : streamOf(body)
    const put = () => blobs.put(bucket, key, bytes, { contentType, maxBytes: size, fresh: true })
    const stored = await (body instanceof Uint8Array ? retry.retry(put) : put())
    if (stored.size !== size || (sha256 !== null && stored.sha256 !== sha256))
      throw new ArchiveError(`its object ${bucket}/${key} is not the one of its row`)
    onObject()
  }

  /** Waits for what is in flight. */
  const settle = async (): Promise<void> => {
    const permits = await Promise.all(Array.from({ length: WRITERS }, () => writers.acquire()))
    for (const release of permits) release()
  }

  return {
    async load(item: Item & { kind: 'object' }): Promise<void> {
      failed.signal.throwIfAborted()
      rows ??= allObjects(client)
      for (;;) {
        const { value: row, done } = await rows.next()
        if (done) throw new ArchiveError(`no row names its object ${item.bucket}/${item.file}`)
        if (row.bucket !== item.bucket || row.file !== item.file) {
          missing++
          continue
        }
        if (row.size !== item.size)
          throw new ArchiveError(`its object ${item.name} is not the one of its row`)
        if (row.size > SMALL_BYTES) return store(row, item.body)
        const bytes = await bytesOf(item)
        const release = await writers.acquire()
        void store(row, bytes)
          .catch((error: unknown) => failed.abort(error))
          .finally(release)
        return
      }
    },

    settle,

    /** @returns how many objects of rows the archive does not have */
    async finish(): Promise<number> {
      await settle()
      failed.signal.throwIfAborted()
      rows ??= allObjects(client)
      for await (const _ of rows) missing++
      return missing
    },
  }
}

async function* allObjects(client: ClientBase): AsyncGenerator<NamedObject> {
  for (const bucket of OBJECT_BUCKETS) yield* namedObjects(client, bucket)
}

async function* streamOf(body: Item['body']): AsyncGenerator<Uint8Array> {
  yield* body
}
