import { integer, jsonb, pgSchema, primaryKey, text, uuid, varchar } from 'drizzle-orm/pg-core'
import type { Salted } from '../domain/history.ts'

/**
 * Who did what with each document. Functions of the database write these tables, in the transaction of the change, and no
 * user that the service has can do it otherwise. ARCHITECTURE.md has the rules, src/domain/history.ts the parts of an entry.
 */
export const historySchema = pgSchema('history')

/** A row never changes and stays for ever. The table has a topic's form: it can be published as it is. */
export const history = historySchema.table(
  'history',
  {
    document_id: uuid().notNull(),
    /** from 1, without gaps */
    number: integer().notNull(),
    /** JSON as RFC 8785 writes it */
    entry: text().notNull(),
    /** SHA-256 of the entry, which names that of the one before */
    sha256: varchar({ length: 64 }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.document_id, table.number] })],
)

/** The end of each document's chain. Its row is locked while an entry is appended. */
export const historyHeads = historySchema.table('heads', {
  document_id: uuid().primaryKey(),
  /** how many there are */
  entries: integer().notNull(),
  /** of the last one */
  sha256: varchar({ length: 64 }).notNull(),
})

/** What entries say of people: each value with its salt. Only what is here can be erased. */
export const historyPersonal = historySchema.table(
  'personal',
  {
    document_id: uuid().notNull(),
    number: integer().notNull(),
    /** by name: [salt, value]; the entry has the SHA-256 of this JSON text */
    salted: jsonb().$type<Record<string, Salted>>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.document_id, table.number] })],
)
