import { is } from 'drizzle-orm'
import { PgSchema } from 'drizzle-orm/pg-core'
import type { ClientBase } from 'pg'
import * as schema from './schema.ts'

/**
 * What can be made of the rest: the state of the change feed and the queue of texts; and the small objects, which an archive
 * has as it has the other objects.
 */
const DERIVED = ['blobs', 'changes', 'texts']
const KEPT = Object.values(schema)
  .flatMap((one) => (is(one, PgSchema) ? [one.schemaName] : []))
  .filter((name) => !DERIVED.includes(name))

export interface TableColumns {
  /** with its schema: `documents.documents` */
  name: string
  columns: string[]
}

/** The tables that a backup has, as they are in this database, which may lack migrations. */
export const keptTables = (client: ClientBase): Promise<TableColumns[]> => tablesOf(client, KEPT)

/** The tables that are made of others. */
export const derivedTables = (client: ClientBase): Promise<TableColumns[]> => tablesOf(client, DERIVED)

async function tablesOf(client: ClientBase, schemas: readonly string[]): Promise<TableColumns[]> {
  const { rows } = await client.query<TableColumns>(
    `select format('%I.%I', n.nspname, c.relname) as name, array_agg(a.attname::text order by a.attnum) as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
      where c.relkind = 'r' and n.nspname = any($1) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      group by 1 order by 1`,
    [schemas],
  )
  return rows
}
