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
