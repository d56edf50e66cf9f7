import { sql } from 'drizzle-orm'
import { pgSchema, primaryKey, varchar } from 'drizzle-orm/pg-core'
import { bytea } from './bytea.ts'
import { timestamp } from './timestamp.ts'

/** Not published. A backup keeps its rows as objects. */
export const blobsSchema = pgSchema('blobs')

/**
 * Small objects, each inserted by the statement that inserts the row which names it. `src/ports/blobs/object-table.ts` reads
 * and removes them.
 */
export const objectRows = blobsSchema.table(
  'objects',
  {
    bucket: varchar({ length: 20 }).notNull(),
    key: varchar({ length: 200 }).notNull(),
    /** never compressed */
    bytes: bytea().notNull(),
    stored_at: timestamp()
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [primaryKey({ columns: [table.bucket, table.key] })],
)

/** An object that is still to be inserted. */
export interface ObjectRow {
  bucket: string
  key: string
  bytes: Uint8Array
}

/**
 * A query of a WITH clause that inserts an object, so that it is committed with the row of the statement.
 * @param first number of its first parameter; the others follow, with the values of `objectValues`
 */
export const insertingObject = (first: number): string =>
  `object AS (INSERT INTO blobs.objects (bucket, key, bytes) VALUES ($${first}, $${first + 1}, $${first + 2}))`

export const objectValues = ({ bucket, key, bytes }: ObjectRow): unknown[] => [bucket, key, bytes]

/**
 * A query of a WITH clause that inserts any number of objects.
 * @param first number of its first parameter; the next one follows, with the values of `objectsValues`
 * @param condition on `o.key`
 */
export const insertingObjects = (first: number, condition = 'true'): string =>
  `objects AS (INSERT INTO blobs.objects (bucket, key, bytes)
     SELECT o.bucket, o.key, substring($${first + 1}::bytea FROM o.at FOR o.size)
       FROM json_to_recordset($${first}) AS o(bucket text, key text, at integer, size integer)
      WHERE ${condition})`

/** All bytes are one value: an array of them would be sent as text. */
export function objectsValues(objects: readonly ObjectRow[]): unknown[] {
  let at = 1
  const places = objects.map(({ bucket, key, bytes }) => {
    const place = { bucket, key, at, size: bytes.byteLength }
    at += bytes.byteLength
    return place
  })
  return [JSON.stringify(places), Buffer.concat(objects.map(({ bytes }) => bytes))]
}
