import { queryRows } from '../../db/query.ts'
import { signatureImageKey } from '../../domain/signature.ts'
import type { Blobs, StoredObject } from '../../ports/blobs/port.ts'
import { createSemaphore } from '../../runtime/semaphore.ts'
import { isTransient, translateError } from '../../runtime/translate-error.ts'
import { type CheckContext, pagesOf } from './damage.ts'

const PAGE_SIZE = 500
/** Objects that are read at the same time. */
const READERS = 4

type ObjectRow = { id: string; key: string; size: number; sha256: string | null }

const SOURCES = [
  {
    kind: 'content',
    bucket: 'documents',
    keyOf: ({ key }: ObjectRow) => key,
    rows: `select id, s3_key as key, content_size as size, content_sha256 as sha256
             from documents.documents where s3_key is not null`,
  },
  {
    kind: 'image',
    bucket: 'signatures',
    keyOf: ({ id }: ObjectRow) => signatureImageKey(id),
    rows: `select id, '' as key, image_size as size, image_sha256 as sha256
             from signatures.signatures where image_encoding is not null`,
  },
] as const

/** Reads the object of every row, deleted documents included, and compares it with the row. */
export async function checkContents(blobs: Blobs, context: CheckContext): Promise<void> {
  const { pool, retry, report, onProgress } = context
  const readers = createSemaphore(READERS)
  for (const { kind, bucket, keyOf, rows } of SOURCES) {
    const objectOf = (row: ObjectRow): StoredObject => {
      const { size, sha256 } = row
      return { bucket, key: keyOf(row), size, sha256 }
    }
    const check = async (row: ObjectRow): Promise<void> => {
      const detail = await retry.retry(() => problemOf(blobs, objectOf(row)))
      if (detail === undefined) return
      // The row may have been removed in the meantime.
      const again = await retry.retry(() => queryRows(pool, `${rows} and id = $1`, [row.id]))
      if (again.length > 0) report({ kind, subject: row.id, detail, repaired: false })
    }
    const page = `${rows} and ($1::uuid is null or id > $1) order by id limit ${PAGE_SIZE}`
    for await (const found of pagesOf((after) =>
      retry.retry(() => queryRows<ObjectRow>(pool, page, [after])),
    )) {
      await Promise.all(found.map((row) => readers.run(() => check(row))))
      onProgress(found.length)
    }
  }
}

/** @returns why the object is not the one of its row @throws DomainError unavailable */
async function problemOf(blobs: Blobs, object: StoredObject): Promise<string | undefined> {
  try {
    const stream = await blobs.open(object)
    for await (const _ of stream);
    return undefined
  } catch (error) {
    const translated = translateError(error)
    if (isTransient(translated)) throw translated
    return (translated as Error).message
  }
}
