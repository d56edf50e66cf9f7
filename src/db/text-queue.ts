import { sql } from 'drizzle-orm'
import { index, integer, pgSchema, uuid, varchar } from 'drizzle-orm/pg-core'
import { timestamp } from './timestamp.ts'

const now = sql`clock_timestamp()`

/** Not kept by a backup: it is made of the documents whose text is pending. */
export const textsSchema = pgSchema('texts')

/**
 * Documents whose text is still to be read; the trigger documents_queue_text adds them. A row is removed by the statement
 * that records the outcome.
 */
export const textQueue = textsSchema.table(
  'queue',
  {
    document_id: uuid().primaryKey(),
    /** whose documents wait for each other */
    owner: varchar({ length: 320 }).notNull(),
    queued_at: timestamp().notNull().default(now),
    due_at: timestamp().notNull().default(now),
    /** how often reading was begun */
    attempts: integer().notNull().default(0),
  },
  (table) => [index('queue_owner').on(table.owner, table.queued_at, table.document_id)],
)
