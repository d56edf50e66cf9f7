import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClientBase } from 'pg'
import { KEPT_SECRETS } from '../../auth/token-secret.ts'
import { keptTables } from '../../db/kept-tables.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { Retry } from '../../roles/indexer/retry-transient.ts'
import { programVersion } from '../../runtime/version.ts'
import { isTransient, translateError } from '../../runtime/translate-error.ts'
import {
  bytesEntry,
  FORMAT_VERSION,
  jsonEntry,
  type Manifest,
  MANIFEST_NAME,
  numbered,
  OBJECT_BUCKETS,
  PART_BYTES,
} from './archive-format.ts'
import { inOrder } from './in-order.ts'
import { countObjects, type NamedObject, namedObjects, pagesOf } from './stored-objects.ts'
import type { Entry } from './tar.ts'

/** A row can have a megabyte: a stored answer with the image of a signature. */
const ROWS_AT_ONCE = 50
/** Objects up to this size are read ahead; larger ones are checked first and then streamed. */
export const SMALL_BYTES = 1024 * 1024
/** Objects that are read at the same time. */
export const READERS = 8

/** What a backup is made of. */
export interface DumpSources {
  /** in a transaction with one snapshot, for nothing else */
  client: ClientBase
  blobs: Blobs
  retry: Retry
  /** the data folder */
  folder: string
}

/** @param migrations times of the applied migrations */
export async function readManifest(client: ClientBase, migrations: number[]): Promise<Manifest> {
  const tables: Manifest['tables'] = []
  for (const table of await keptTables(client)) {
    const { rows } = await client.query<{ count: string }>(`select count(*) as count from ${table.name}`)
    tables.push({ ...table, rows: Number(rows[0]!.count) })
  }
  return {
    format: 'docmgr-backup',
    format_version: FORMAT_VERSION,
    program_version: programVersion(),
    created_at: new Date().toISOString(),
    migrations,
    tables,
    objects: {
      documents: await countObjects(client, 'documents'),
      signatures: await countObjects(client, 'signatures'),
    },
  }
}

/**
 * The entries of an archive but for the end.
 * @param onObject gets each object, and why it is not in the archive
 * @throws DomainError unavailable
 */
export async function* dump(
  sources: DumpSources,
  manifest: Manifest,
  onObject: (object: NamedObject, damage: string | undefined) => void,
): AsyncGenerator<Entry> {
  const { client, folder } = sources
  yield jsonEntry(MANIFEST_NAME, manifest)
  for (const name of KEPT_SECRETS.toSorted()) {
    const secret = await readFile(join(folder, name)).catch(unlessMissing)
    if (secret) yield bytesEntry(`secrets/${name}`, secret)
  }
  for (const { name, columns } of manifest.tables) {
    let part = 0
    for await (const bytes of partsOf(client, name, columns))
      yield bytesEntry(`tables/${name}/${numbered(++part)}.jsonl`, bytes)
  }
  for (const bucket of OBJECT_BUCKETS) {
    const open = (object: NamedObject) => openObject(sources, object)
    for await (const { object, damage, body } of inOrder(namedObjects(client, bucket), READERS, open)) {
      onObject(object, damage)
      if (body) yield { name: `objects/${bucket}/${object.file}`, size: object.size, body: await body() }
    }
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** The rows of a table as lines of JSON, in parts of about PART_BYTES. */
async function* partsOf(client: ClientBase, table: string, columns: string[]): AsyncGenerator<Buffer> {
  const names = columns.map((name) => `"${name}"`).join(', ')
  // A line break in JSON is a blank between its parts: within strings it is escaped.
  const query = `select replace(row_to_json(kept)::text, chr(10), ' ') as line from (select ${names} from ${table}) kept`
  let [lines, size] = [[] as string[], 0]
  const part = (): Buffer => {
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    ;[lines, size] = [[], 0]
    return bytes
  }
  for await (const rows of pagesOf<{ line: string }>(client, 'kept_rows', query, ROWS_AT_ONCE)) {
    for (const { line } of rows) {
      lines.push(line)
      size += line.length
      if (size >= PART_BYTES) yield part()
    }
  }
  if (lines.length > 0) yield part()
}

interface OpenedObject {
  object: NamedObject
  /** why it is left out */
  damage?: string
  body?: () => Promise<Entry['body']>
}

/** Reads an object and compares it with its row before a byte of it is written. @throws DomainError unavailable */
async function openObject({ blobs, retry }: DumpSources, object: NamedObject): Promise<OpenedObject> {
  try {
    if (object.size <= SMALL_BYTES) {
      const bytes = await retry.retry(() => blobs.read(object))
      return { object, body: async () => [bytes] }
    }
    await retry.retry(async () => {
      for await (const _ of await blobs.open(object));
    })
    return { object, body: () => retry.retry(() => blobs.open(object)) }
  } catch (error) {
    const translated = translateError(error)
    if (isTransient(translated) || retry.signal.aborted) throw translated
    return { object, damage: (translated as Error).message }
  }
}
