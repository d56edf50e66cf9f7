import type { ClientBase } from 'pg'
import { signatureImageKey } from '../../domain/signature.ts'
import type { StoredObject } from '../../ports/blobs/port.ts'
import type { ObjectBucket } from './archive-format.ts'

/** Rows that one answer of the database brings. */
const PAGE_SIZE = 500

/** An object that a row names. */
export interface NamedObject extends StoredObject {
  bucket: ObjectBucket
  /** its name within an archive: the key, or a hash of it where that is too long for tar */
  file: string
  contentType: string
}

type ObjectRow = { file: string; key: string; size: string; sha256: string | null; type: string | null }

/** Longer names do not fit into a tar. */
const MAX_KEY_BYTES = 80

/**
 * By bucket the objects that rows name, each once, in the order of their files. Rows of other programs may share an
 * object or have keys of their own.
 */
const ROWS: Record<ObjectBucket, string> = {
  documents: `
    select distinct on (file collate "C") file, key, size, sha256, type from (
      select case when octet_length(s3_key) <= ${MAX_KEY_BYTES} then s3_key
                  else 'key-' || encode(sha256(convert_to(s3_key, 'UTF8')), 'hex') end as file,
             s3_key as key, content_size as size, content_sha256 as sha256, content_type as type
        from documents.documents where s3_key is not null) named
     order by file collate "C"`,
  signatures: `
    select id::text || '${signatureImageKey('')}' as file, id::text || '${signatureImageKey('')}' as key,
           image_size as size, image_sha256 as sha256, image_type as type
      from signatures.signatures where image_encoding is not null order by id::text collate "C"`,
}

/** How many objects the rows name, and their bytes. @param client in a transaction */
export async function countObjects(
  client: ClientBase,
  bucket: ObjectBucket,
): Promise<{ count: number; bytes: number }> {
  const text = `select count(*) as count, coalesce(sum(size), 0) as bytes from (${ROWS[bucket]}) objects`
  const { rows } = await client.query<{ count: string; bytes: string }>(text)
  return { count: Number(rows[0]!.count), bytes: Number(rows[0]!.bytes) }
}

/** The objects that the rows of this transaction name, in the order of their files. */
export async function* namedObjects(client: ClientBase, bucket: ObjectBucket): AsyncGenerator<NamedObject> {
  for await (const rows of pagesOf<ObjectRow>(client, `objects_${bucket}`, ROWS[bucket], PAGE_SIZE)) {
    for (const { file, key, size, sha256, type } of rows)
      yield { bucket, file, key, size: Number(size), sha256, contentType: type ?? 'application/octet-stream' }
  }
}

/** The rows of a query, through a cursor. @param client in a transaction */
export async function* pagesOf<Row extends object>(
  client: ClientBase,
  cursor: string,
  query: string,
  size: number,
): AsyncGenerator<Row[]> {
  await client.query(`declare ${cursor} no scroll cursor for ${query}`)
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${size} from ${cursor}`)
    if (rows.length === 0) break
    yield rows
  }
  await client.query(`close ${cursor}`)
}
