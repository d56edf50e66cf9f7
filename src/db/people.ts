import { sql } from 'drizzle-orm'
import { boolean, index, pgSchema, text, uniqueIndex, uuid, varchar } from 'drizzle-orm/pg-core'
import type { Scope } from '../domain/scopes.ts'
import { timestamp } from './timestamp.ts'

const now = sql`clock_timestamp()`

/** Who someone is: written by the document role and by commands. No secret is stored, only the SHA-256 of it. */
export const peopleSchema = pgSchema('people')

/** Nobody is removed, since signatures and documents name them. */
export const people = peopleSchema.table(
  'people',
  {
    id: uuid().primaryKey(),
    /** of the identity provider, or `docmgr` */
    issuer: varchar({ length: 255 }).notNull(),
    /** what the issuer calls them; for `docmgr` the address in lower case */
    subject: varchar({ length: 320 }).notNull(),
    email: varchar({ length: 320 }).notNull(),
    name: varchar({ length: 255 }),
    admin: boolean().notNull().default(false),
    auditor: boolean().notNull().default(false),
    /** as the identity provider named them at the last login */
    groups: text()
      .array()
      .notNull()
      .default(sql`'{}'`),
    created_at: timestamp().notNull().default(now),
    disabled_at: timestamp(),
  },
  (table) => [
    uniqueIndex('people_issuer_subject').on(table.issuer, table.subject),
    index('people_email').on(sql`lower(${table.email})`),
    index('people_disabled')
      .on(table.disabled_at)
      .where(sql`disabled_at is not null`),
  ],
)

export const apiKeys = peopleSchema.table(
  'api_keys',
  {
    id: varchar({ length: 12 }).primaryKey(),
    name: varchar({ length: 100 }).notNull(),
    /** of the secret, hexadecimal */
    secret_sha256: varchar({ length: 64 }).notNull(),
    /** whom it acts for */
    person_id: uuid().notNull(),
    scopes: text().array().$type<Scope[]>().notNull(),
    created_at: timestamp().notNull().default(now),
    expires_at: timestamp(),
    revoked_at: timestamp(),
    /** to the minute */
    last_used_at: timestamp(),
  },
  (table) => [index('api_keys_person').on(table.person_id)],
)

export const sessions = peopleSchema.table(
  'sessions',
  {
    /** of the cookie, hexadecimal */
    cookie_sha256: varchar({ length: 64 }).primaryKey(),
    person_id: uuid().notNull(),
    created_at: timestamp().notNull().default(now),
    /** to the minute */
    seen_at: timestamp().notNull().default(now),
    expires_at: timestamp().notNull(),
    /** the User-Agent that logged in */
    agent: varchar({ length: 255 }),
  },
  (table) => [
    index('sessions_person').on(table.person_id),
    index('sessions_expires_at').on(table.expires_at),
  ],
)

/** Links that log in once. */
export const loginLinks = peopleSchema.table(
  'login_links',
  {
    /** of the text in the link, hexadecimal */
    token_sha256: varchar({ length: 64 }).primaryKey(),
    person_id: uuid().notNull(),
    created_at: timestamp().notNull().default(now),
    expires_at: timestamp().notNull(),
    used_at: timestamp(),
  },
  (table) => [index('login_links_expires_at').on(table.expires_at)],
)
