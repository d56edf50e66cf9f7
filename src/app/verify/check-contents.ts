import { queryRows } from '../../db/query.ts'
import { signatureImageKey } from '../../domain/signature.ts'
import type { Blobs, StoredObject } from '../../ports/blobs/port.ts'
import { createSemaphore } from '../../runtime/semaphore.ts'
import { isTransient, translateError } from '../../runtime/translate-error.ts'
import { type Check, type CheckResources, type Finding, idsOf, pagesOfIds } from './check.ts'

/** Objects that are read at the same time. */
const READERS = 4

type ObjectRow = { id: string; key: string; size: number; sha256: string | null }

const SOURCES = [
  {
    kind: 'content',
    bucket: 'documents',
    keyOf: ({ key }: ObjectRow) => key,
    table: 'documents.documents',
    has: 's3_key is not null',
    columns: 's3_key as key, content_size as size, content_sha256 as sha256',
  },
  {
    kind: 'image',
    bucket: 'signatures',
    keyOf: ({ id }: ObjectRow) => signatureImageKey(id),
    table: 'signatures.signatures',
    has: 'image_encoding is not null',
    columns: `'' as key, image_size as size, image_sha256 as sha256`,
  },
] as const

/** Read the object of every row, deleted documents included, and compare it with the row. */
export function contentChecks(resources: CheckResources, blobs: Blobs): Check[] {
  const { pool } = resources
  const readers = createSemaphore(READERS)
  return SOURCES.map(({ kind, bucket, keyOf, table, has, columns }) => ({
    name: 'contents',
    pages: () => pagesOfIds(resources, idsOf(table, has)),
    async examine(ids) {
      const text = `select id, ${columns} from ${table} where ${has} and id = any($1::uuid[])`
      const rows = await queryRows<ObjectRow>(pool, text, [ids])
      const look = async (row: ObjectRow): Promise<Finding[]> => {
        const { id, size, sha256 } = row
        const detail = await problemOf(blobs, { bucket, key: keyOf(row), size, sha256 })
        return detail === undefined ? [] : [{ kind, subject: id, detail }]
      }
      return (await Promise.all(rows.map((row) => readers.run(() => look(row))))).flat()
    },
  }))
}

/** @returns why the object is not the one of its row @throws DomainError unavailable */
export async function problemOf(blobs: Blobs, object: StoredObject): Promise<string | undefined> {
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
