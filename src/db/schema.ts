/**
 * The tables. Columns have the names of the REST fields, so that a row of documents.documents is a document.
 * Triggers, the publication, extensions, a function and storage settings are in the hand-written parts of drizzle/*.sql.
 */
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  json,
  pgSchema,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import { ACCESS_ROLES, type AccessRole } from '../domain/access.ts'
import type { DocumentRow } from '../domain/document-fields.ts'
import { type DocumentStatus, STATUSES } from '../domain/document-status.ts'
import { TEXT_STATES, type TextState } from '../domain/text-state.ts'
import type { SignatureRow } from '../domain/topics.ts'
import { bytea } from './bytea.ts'
import { timestamp } from './timestamp.ts'

export * from './history.ts'
export * from './object-rows.ts'
export * from './people.ts'
export * from './text-queue.ts'

const now = sql`clock_timestamp()`
const isPresent = sql`deleted_at is null`
/** The same for every column of a row. */
const transactionStart = sql`now()`

// --- documents: written by the document role -----------------------------------------------------------------------

export const documentsSchema = pgSchema('documents')

export const documents = documentsSchema.table(
  'documents',
  {
    id: uuid().primaryKey(),
    title: varchar({ length: 255 }).notNull(),
    file_name: varchar({ length: 1_024 }),
    content_type: varchar({ length: 255 }).notNull().default('text/plain'),
    content_size: bigint({ mode: 'number' }).notNull(),
    content_sha256: varchar({ length: 64 }),
    s3_key: varchar({ length: 255 }),
    status: varchar({ length: 20 }).$type<DocumentStatus>().notNull().default('created'),
    created_by: varchar({ length: 320 }).notNull(),
    created_at: timestamp().notNull().default(transactionStart),
    updated_at: timestamp().notNull().default(transactionStart),
    version: integer().notNull().default(1),
    text_state: varchar({ length: 10 }).$type<TextState>().notNull().default('pending'),
    text_reason: varchar({ length: 500 }),
    text_pages: integer(),
    text_language: varchar({ length: 16 }),
    text_cut: boolean().notNull().default(false),
    takes_title: boolean().notNull().default(false),
    /** set by the trigger documents_readers where the program that inserts gives none */
    readers: text().array().notNull().default([]),
    /** set by the trigger documents_touch */
    signed_at: timestamp(),
    deleted_at: timestamp(),
    traceparent: varchar({ length: 55 }),
  },
  (table) => [
    check(
      'documents_status',
      sql`status in (${sql.raw(STATUSES.map((status) => `'${status}'`).join(', '))})`,
    ),
    check(
      'documents_text_state',
      sql`text_state in (${sql.raw(TEXT_STATES.map((state) => `'${state}'`).join(', '))})`,
    ),
    index('documents_text_state_created_at')
      .on(table.text_state, table.created_at, table.id)
      .where(isPresent),
    index('documents_created_at_id').on(table.created_at, table.id).where(isPresent),
    index('documents_content_sha256').on(table.content_sha256),
    index('documents_status_created_at').on(table.status, table.created_at, table.id).where(isPresent),
    index('documents_created_by_created_at')
      .on(sql`lower(${table.created_by})`, table.created_at, table.id)
      .where(isPresent),
    // Without it an author of few documents is looked for among all, the last changed first.
    index('documents_created_by_updated_at')
      .on(sql`lower(${table.created_by})`, table.updated_at, table.id)
      .where(isPresent),
    index('documents_updated_at_id').on(table.updated_at, table.id).where(isPresent),
    index('documents_title_id').on(table.title, table.id).where(isPresent),
    index('documents_content_type_created_at')
      .on(table.content_type, table.created_at, table.id)
      .where(isPresent),
    index('documents_text_language_created_at')
      .on(table.text_language, table.created_at, table.id)
      .where(sql`deleted_at is null and text_language is not null`),
    // For parts of at least three characters.
    index('documents_trigrams')
      .using('gin', sql`${table.title} gin_trgm_ops`, sql`${table.file_name} gin_trgm_ops`)
      .where(isPresent),
  ],
)

type Same<A, B> = [A, B] extends [B, A] ? true : never
/** Fails to compile unless the columns are those of domain/document-fields.ts, with the same types. */
true satisfies Same<typeof documents.$inferSelect, DocumentRow>

/**
 * Who has a role in which document. A subject of it is in the document's `readers`, and no other: both change in one
 * transaction. The creation time is the document's, so that the index has the order of lists.
 */
export const documentAccess = documentsSchema.table(
  'access',
  {
    document_id: uuid().notNull(),
    principal: varchar({ length: 330 }).notNull(),
    role: varchar({ length: 10 }).$type<AccessRole>().notNull(),
    created_at: timestamp().notNull(),
    granted_by: varchar({ length: 330 }).notNull(),
    granted_at: timestamp().notNull().default(now),
  },
  (table) => [
    primaryKey({ columns: [table.document_id, table.principal] }),
    check('access_role', sql`role in (${sql.raw(ACCESS_ROLES.map((role) => `'${role}'`).join(', '))})`),
    index('access_principal_created_at').on(table.principal, table.created_at, table.document_id),
  ],
)

/** Answers of POST requests that carried an Idempotency-Key; `request_hash` recognises the same request. */
const idempotencyColumns = () => ({
  principal: varchar({ length: 320 }).notNull(),
  key: varchar({ length: 255 }).notNull(),
  request_hash: varchar({ length: 64 }).notNull(),
  status: integer().notNull(),
  /** not jsonb, which does not keep the order of the fields */
  answer: json().notNull(),
  created_at: timestamp().notNull().default(now),
})

export const documentIdempotencyKeys = documentsSchema.table(
  'idempotency_keys',
  idempotencyColumns(),
  (table) => [
    primaryKey({ columns: [table.principal, table.key] }),
    index('idempotency_keys_age').on(table.created_at),
  ],
)

/** The viewers of each document: a keyed hash of the viewer's address, never the address itself. */
export const documentViewers = documentsSchema.table(
  'viewers',
  { document_id: uuid().notNull(), viewer: bytea().notNull() },
  (table) => [primaryKey({ columns: [table.document_id, table.viewer] })],
)

export const documentViews = documentsSchema.table('views', {
  document_id: uuid().primaryKey(),
  total: bigint({ mode: 'number' }).notNull(),
  unique: bigint({ mode: 'number' }).notNull(),
})

// --- signatures: written by the signature role ---------------------------------------------------------------------

export const signaturesSchema = pgSchema('signatures')

export const signatures = signaturesSchema.table(
  'signatures',
  {
    id: uuid().primaryKey(),
    document_id: uuid().notNull(),
    signer_email: varchar({ length: 320 }).notNull(),
    signer_name: varchar({ length: 255 }).notNull(),
    signed_at: timestamp().notNull().default(now),
    ip_address: varchar({ length: 45 }),
    content_sha256: varchar({ length: 64 }),
    client_address: varchar({ length: 45 }),
    token_subject: varchar({ length: 255 }),
    /** who signed for the signer; null: the signer, or nobody who is known */
    signed_by: varchar({ length: 320 }),
    /** how signature_data is made from the object: `base64` after `image_prefix`, or `text`; null: none was sent */
    image_encoding: varchar({ length: 10 }).$type<'base64' | 'text'>(),
    image_prefix: varchar({ length: 255 }),
    /** media type found in the bytes; null when they are not an image */
    image_type: varchar({ length: 100 }),
    image_size: integer(),
    image_sha256: varchar({ length: 64 }),
    traceparent: varchar({ length: 55 }),
  },
  (table) => [
    index('signatures_signed_at_id').on(table.signed_at, table.id),
    index('signatures_document_id').on(table.document_id, table.signed_at, table.id),
    index('signatures_signer_email_signed_at').on(
      sql`lower(${table.signer_email})`,
      table.signed_at,
      table.id,
    ),
    uniqueIndex('signatures_one_a_signer').on(table.document_id, sql`lower(${table.signer_email})`),
  ],
)

/** Fails to compile unless the published columns have the types of domain/topics.ts. */
true satisfies Same<typeof signatures.$inferSelect, SignatureRow>

/**
 * Intents: signatures whose document still has to move to `signed`. An intent commits with its signature and is removed
 * when the document role has confirmed the move; `rejected_because` is set when the document can never be signed.
 */
export const signingIntents = signaturesSchema.table(
  'signing_intents',
  {
    signature_id: uuid().primaryKey(),
    document_id: uuid().notNull(),
    created_at: timestamp().notNull().default(now),
    next_attempt_at: timestamp().notNull().default(now),
    attempts: integer().notNull().default(0),
    last_error: text(),
    rejected_because: text(),
    traceparent: varchar({ length: 55 }),
  },
  (table) => [
    index('signing_intents_due')
      .on(table.next_attempt_at)
      .where(sql`rejected_because is null`),
  ],
)

export const signatureIdempotencyKeys = signaturesSchema.table(
  'idempotency_keys',
  idempotencyColumns(),
  (table) => [
    primaryKey({ columns: [table.principal, table.key] }),
    index('idempotency_keys_age').on(table.created_at),
  ],
)

// --- changes: written by the `wal:` change feed --------------------------------------------------------------------

export const changesSchema = pgSchema('changes')

/** One row per slot. A new `epoch` makes all earlier positions unknown. */
export const changesFeeds = changesSchema.table('feeds', {
  slot: varchar({ length: 63 }).primaryKey(),
  epoch: varchar({ length: 16 }).notNull(),
  snapshot_done: boolean().notNull().default(false),
  /** positions up to here are no longer in the history */
  history_floor: varchar({ length: 128 }).notNull(),
  /** the shared consumers that have processed everything up to the slot's position; any other needs a snapshot first */
  consumers: text().array().notNull().default([]),
  created_at: timestamp().notNull().default(now),
})

/** Recent events, for subscribers that reconnect. */
export const changesHistory = changesSchema.table(
  'history',
  {
    position: varchar({ length: 128 }).primaryKey(),
    document_id: uuid().notNull(),
    event: text().notNull(),
    recorded_at: timestamp().notNull().default(now),
  },
  (table) => [
    index('history_document_id_position').on(table.document_id, table.position),
    index('history_recorded_at').on(table.recorded_at),
  ],
)

/** Events that a consumer could not process. */
export const changesDeadLetters = changesSchema.table(
  'dead_letters',
  {
    consumer: varchar({ length: 63 }).notNull(),
    position: varchar({ length: 128 }).notNull(),
    event: text().notNull(),
    error: text().notNull(),
    recorded_at: timestamp().notNull().default(now),
  },
  (table) => [primaryKey({ columns: [table.consumer, table.position] })],
)
