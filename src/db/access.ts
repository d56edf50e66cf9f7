import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { DOCUMENT_FIELDS } from '../domain/document-fields.ts'
import { TOPIC_TABLE } from '../domain/topics.ts'
import { connectAlone } from './backup-lock.ts'
import { connectionOf } from './connection-url.ts'
import type { ConnectionSettings } from './database.ts'
import { MIGRATIONS_TABLE } from './migrate.ts'
import { requireMigrated } from './open.ts'
import { databaseError, sqlState } from './query.ts'
import * as schema from './schema.ts'

export interface DatabaseAccessOptions {
  /** PostgreSQL itself, where the URL names a pooler */
  directUrl?: string | undefined
  /** @throws Error naming the file that is missing */
  passwordOf(user: string): string
}

/**
 * `documents`, `signatures`: the tables of that role. `maintain`: reads all tables, and repairs what can be made of others.
 * `replicate`: the published tables, also as a stream. `connect`: no table.
 */
export type DatabaseLevel = 'documents' | 'signatures' | 'maintain' | 'replicate' | 'connect'

type Privilege = 'select' | 'insert' | 'update' | 'delete' | `update (${string})`
/** The name of a table with its schema, and what may be done with its rows. */
type Grant = [table: string, ...Privilege[]]

const EVERY = ['select', 'insert', 'update', 'delete'] as const
const nameOf = (table: PgTable): string => {
  const { schema: of, name } = getTableConfig(table)
  return `${of}.${name}`
}
const TABLES = Object.values(schema).flatMap((one) => (is(one, PgTable) ? [nameOf(one)] : []))
/** A program reads at its start whether the database is migrated. */
const PROGRAM: Grant = [MIGRATIONS_TABLE, 'select']

const TEXT_COLUMNS = Object.keys(DOCUMENT_FIELDS)
  .filter((name) => name.startsWith('text_'))
  .join(', ')

/** Nobody removes a person or a key, which others name. */
const IDENTITY: Grant[] = [
  [nameOf(schema.people), 'select', 'insert', 'update'],
  [nameOf(schema.apiKeys), 'select', 'insert', 'update'],
  [nameOf(schema.sessions), ...EVERY],
  [nameOf(schema.loginLinks), ...EVERY],
]

/** Functions of the database write it, in the transaction of the change that it tells: nobody else may. */
const HISTORY: Grant[] = [
  [nameOf(schema.history), 'select'],
  [nameOf(schema.historyHeads), 'select'],
  [nameOf(schema.historyPersonal), 'select'],
]

/** No user changes a signature, or removes the row of a document. */
const GRANTS: Record<DatabaseLevel, Grant[]> = {
  documents: [
    PROGRAM,
    [nameOf(schema.documents), 'select', 'insert', 'update'],
    [nameOf(schema.documentAccess), ...EVERY],
    [nameOf(schema.documentViewers), 'select', 'insert'],
    [nameOf(schema.documentViews), 'select', 'insert', 'update'],
    [nameOf(schema.documentIdempotencyKeys), ...EVERY],
    [nameOf(schema.textQueue), ...EVERY],
    [nameOf(schema.objectRows), 'select', 'insert', 'delete'],
    ...HISTORY,
    ...IDENTITY,
  ],
  signatures: [
    PROGRAM,
    [nameOf(schema.signatures), 'select', 'insert', 'delete'],
    [nameOf(schema.signingIntents), ...EVERY],
    [nameOf(schema.signatureIdempotencyKeys), ...EVERY],
    [nameOf(schema.objectRows), 'select', 'insert', 'delete'],
    // To call the function that records a refusal.
    [nameOf(schema.historyHeads), 'select'],
  ],
  maintain: [
    PROGRAM,
    ...TABLES.map((table): Grant => [table, 'select']),
    // Has texts read again, and makes the readers of the rows of access.
    [nameOf(schema.documents), `update (${TEXT_COLUMNS}, readers)`],
    [nameOf(schema.documentAccess), 'update (created_at)'],
    [nameOf(schema.textQueue), 'insert', 'update'],
    [nameOf(schema.documentViews), 'insert', 'update'],
    [nameOf(schema.signingIntents), 'insert', 'update', 'delete'],
    [nameOf(schema.documentIdempotencyKeys), 'delete'],
    [nameOf(schema.signatureIdempotencyKeys), 'delete'],
    [nameOf(schema.objectRows), 'delete'],
    // docmgr keys, people and login-link.
    ...IDENTITY,
  ],
  replicate: TOPIC_TABLE.map(({ schema: of, table }): Grant => [`${of}.${table}`, 'select']),
  connect: [],
}

const schemaOf = (table: string): string => table.split('.')[0]!
const SCHEMAS = [...new Set([MIGRATIONS_TABLE, ...TABLES].map(schemaOf))].join(', ')

/**
 * Makes each user, a role that may log in, with its password and exactly these rights on tables; it may be repeated.
 * @param url of a superuser, or of the owner of the database where that may create roles
 * @returns what was done, in words
 * @throws Error with a sentence for the operator
 */
export async function applyDatabaseAccess(
  url: string,
  users: ReadonlyMap<string, DatabaseLevel>,
  { directUrl, passwordOf }: DatabaseAccessOptions,
): Promise<string> {
  const connection = connectionOf(directUrl ?? url)
  const passwords = new Map([...users.keys()].map((user) => [user, passwordOf(user)]))
  await requireMigrated(connection)
  const client = await connectAlone(connection)
  try {
    await client.query('begin')
    for (const [user, level] of users) {
      await setUser(client, connection, user, passwords.get(user)!)
      for (const statement of statementsOf(user, level)) await client.query(statement)
    }
    await client.query('commit')
    return `PostgreSQL: ${users.size} users`
  } catch (error) {
    if (sqlState(error) !== '42501') throw databaseError(error)
    const why = `PostgreSQL does not let ${connection.user} set up users (${(error as Error).message})`
    throw new Error(`database.url: ${why}: use a superuser's`, { cause: error })
  } finally {
    await client.end()
  }
}

/**
 * A password that is in force is left alone: PgBouncer opens connections with the keys that it has got from a client, which
 * another salt makes useless.
 */
async function setUser(
  client: pg.Client,
  connection: ConnectionSettings,
  user: string,
  password: string,
): Promise<void> {
  const name = pg.escapeIdentifier(user)
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [user])
  if (rowCount === 0) await client.query(`create role ${name} login`)
  else if (await canLogIn({ ...connection, user, password })) return
  await client.query(`alter role ${name} login password ${pg.escapeLiteral(scramSecret(password))}`)
}

async function canLogIn(connection: ConnectionSettings): Promise<boolean> {
  try {
    await (await connectAlone(connection)).end()
    return true
  } catch (error) {
    // Class 28: invalid authorization.
    if (sqlState(error)?.startsWith('28')) return false
    throw error
  }
}

function* statementsOf(user: string, level: DatabaseLevel): Generator<string> {
  const name = pg.escapeIdentifier(user)
  yield `revoke all on all tables in schema ${SCHEMAS} from ${name}`
  yield `revoke all on all functions in schema history from ${name}`
  yield `revoke all on schema ${SCHEMAS} from ${name}`
  for (const [table, ...privileges] of GRANTS[level]) {
    yield `grant usage on schema ${schemaOf(table)} to ${name}`
    yield `grant ${privileges.join(', ')} on ${table} to ${name}`
  }
  if (level === 'maintain') yield `grant execute on function history.erase(text[]) to ${name}`
  if (level === 'replicate') yield `alter role ${name} replication`
}

/** PostgreSQL's default (scram_iterations). */
const ITERATIONS = 4096

/** What the server stores of a password (RFC 5803), so that its log cannot show the password itself. */
function scramSecret(password: string): string {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256')
  const keyOf = (name: string): Buffer => createHmac('sha256', salted).update(name).digest()
  const storedKey = createHash('sha256').update(keyOf('Client Key')).digest('base64')
  const serverKey = keyOf('Server Key').toString('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}
