/**
 * The tables of the `postgres:` search index. Extensions, a function and storage settings are
 * in the hand-written parts of drizzle/*.sql.
 */
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  pgSchema,
  text,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import { type DocumentStatus } from '../domain/document.ts'
import { timestamp } from './timestamp.ts'

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

export const searchSchema = pgSchema('search')

/** What can be found, and the tombstones of what no longer can. Only narrow columns stay in the table's own pages. */
export const searchDocuments = searchSchema.table(
  'documents',
  {
    id: uuid().primaryKey(),
    title: varchar({ length: 255 }).notNull(),
    /** for highlights; what `vector` was made of */
    content: text().notNull(),
    content_sha256: varchar({ length: 64 }),
    status: varchar({ length: 20 }).$type<DocumentStatus>().notNull(),
    created_by: varchar({ length: 320 }).notNull(),
    content_type: varchar({ length: 255 }).notNull(),
    content_size: bigint({ mode: 'number' }).notNull(),
    created_at: timestamp().notNull(),
    updated_at: timestamp().notNull(),
    version: integer().notNull(),
    deleted: boolean().notNull(),
    /** written by src/ports/search/postgres-vector.ts, which says what is in it */
    vector: tsvector().notNull(),
  },
  (table) => [
    index('documents_vector')
      .using('gin', table.vector)
      .where(sql`not deleted`),
    index('documents_newest')
      .on(table.created_at, table.id)
      .where(sql`not deleted`),
  ],
)

/** The words that documents have or had, to find what a misspelled word may have meant. */
export const searchWords = searchSchema.table(
  'words',
  {
    /** folded, letters only */
    word: varchar({ length: 32 }).primaryKey(),
    stem: varchar({ length: 32 }).notNull(),
  },
  (table) => [
    index('words_trigrams').using('gin', sql`${table.word} gin_trgm_ops`),
    index('words_stem').on(table.stem),
  ],
)
