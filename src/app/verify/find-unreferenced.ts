import type { Pool } from 'pg'
import { queryRows } from '../../db/query.ts'
import { sha256OfPageKey, sha256OfTextKey } from '../../domain/content-key.ts'
import { signatureImageKey } from '../../domain/signature.ts'
import type { Blobs, Bucket, ListedObject } from '../../ports/blobs/port.ts'
import type { Retry } from '../../roles/indexer/retry-transient.ts'

const BATCH_SIZE = 500
const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}(?=\/)/

/** Which of these keys rows name. */
type Referenced = (pool: Pool, keys: readonly string[]) => Promise<Iterable<string>>

const BUCKETS: { bucket: Bucket; referenced: Referenced }[] = [
  {
    bucket: 'documents',
    async referenced(pool, keys) {
      // By the primary key; other programs may use other keys.
      const ids = keys.flatMap((key) => UUID.exec(key)?.[0] ?? [])
      const others = keys.filter((key) => !UUID.test(key) && sha256OfTextKey(key) === undefined)
      const byId = 'select s3_key as key from documents.documents where id = any($1::uuid[])'
      const byKey = 'select s3_key as key from documents.documents where s3_key = any($1)'
      const rows = [
        ...(await queryRows<{ key: string }>(pool, byId, [ids])),
        ...(others.length > 0 ? await queryRows<{ key: string }>(pool, byKey, [others]) : []),
      ]
      return [...rows.map(({ key }) => key), ...(await ofKnownContents(pool, keys, sha256OfTextKey))]
    },
  },
  {
    bucket: 'signatures',
    async referenced(pool, keys) {
      const ids = keys.flatMap((key) => UUID.exec(key)?.[0] ?? [])
      const text =
        'select id from signatures.signatures where image_encoding is not null and id = any($1::uuid[])'
      return (await queryRows<{ id: string }>(pool, text, [ids])).map(({ id }) => signatureImageKey(id))
    },
  },
  { bucket: 'previews', referenced: (pool, keys) => ofKnownContents(pool, keys, sha256OfPageKey) },
]

/**
 * What was read or drawn of a content stays as long as the row of a document with that content: like the content itself.
 * @param contentOf the SHA-256 in a key
 */
async function ofKnownContents(
  pool: Pool,
  keys: readonly string[],
  contentOf: (key: string) => string | undefined,
): Promise<string[]> {
  const derived = keys.filter((key) => contentOf(key) !== undefined)
  if (derived.length === 0) return []
  const known = await queryRows<{ sha256: string }>(
    pool,
    'select distinct content_sha256 as sha256 from documents.documents where content_sha256 = any($1)',
    [derived.map(contentOf)],
  )
  const contents = new Set(known.map(({ sha256 }) => sha256))
  return derived.filter((key) => contents.has(contentOf(key)!))
}

/** Those of these objects that no row names. */
export async function unreferencedAmong<Item extends { bucket: Bucket; key: string }>(
  pool: Pool,
  objects: readonly Item[],
): Promise<Item[]> {
  const left: Item[] = []
  for (const { bucket, referenced } of BUCKETS) {
    const ofBucket = objects.filter((object) => object.bucket === bucket)
    if (ofBucket.length === 0) continue
    const keys = ofBucket.map(({ key }) => key)
    const known = new Set(await referenced(pool, keys))
    left.push(...ofBucket.filter(({ key }) => !known.has(key)))
  }
  return left
}

export interface UnreferencedObject extends ListedObject {
  bucket: Bucket
}

/**
 * The objects that no row names. An object is stored before its row, so younger ones than the grace time may still get
 * theirs.
 * @param onChecked gets the number of objects of each batch
 */
export async function* findUnreferenced(
  { pool, blobs, retry, olderThan }: { pool: Pool; blobs: Blobs; retry: Retry; olderThan: Date },
  onChecked: (count: number) => void,
): AsyncGenerator<UnreferencedObject> {
  for (const { bucket } of BUCKETS) {
    const check = async (batch: ListedObject[]): Promise<UnreferencedObject[]> => {
      const found = await retry.retry(() =>
        unreferencedAmong(
          pool,
          batch.map((object) => ({ ...object, bucket })),
        ),
      )
      onChecked(batch.length)
      return found
    }
    let batch: ListedObject[] = []
    for await (const object of blobs.list(bucket)) {
      if (object.modified > olderThan) continue
      batch.push(object)
      if (batch.length < BATCH_SIZE) continue
      yield* await check(batch)
      batch = []
    }
    if (batch.length > 0) yield* await check(batch)
  }
}
