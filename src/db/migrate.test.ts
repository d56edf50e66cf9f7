import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import pg from 'pg'
import { eventually } from '../testing/deadline.ts'
import { startTestPostgres } from '../testing/postgres.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import type { ConnectionSettings } from './database.ts'
import { migrateDatabase, migrateDatabaseTo, NewerDatabaseError, readSchemaState } from './migrate.ts'
import { migrationsFolder } from './open.ts'

const server = await startTestPostgres()
TEST_FILE.after(() => server.stop())
const folder = migrationsFolder()
let databases = 0

/** A database that nobody has migrated. */
async function newDatabase(): Promise<ConnectionSettings> {
  const client = await connected(server.connection)
  const database = `empty_${++databases}`
  await client.query(`create database ${database} template template0`)
  await client.end()
  return { ...server.connection, database }
}

async function connected(connection: ConnectionSettings): Promise<pg.Client> {
  const client = new pg.Client(connection)
  await client.connect()
  return client
}

/** Holds the lock of the migrations, as a process that migrates does. */
async function holdLock(connection: ConnectionSettings): Promise<pg.Client> {
  const client = await connected(connection)
  await client.query('select pg_advisory_lock(7302115114)')
  return client
}

test('of several migrations at once one works, and the others wait and find it done', async () => {
  const connection = await newDatabase()
  const { pending } = await readSchemaState(connection, folder)
  const applied = await Promise.all([1, 2, 3].map(() => migrateDatabase(connection, folder)))
  assert.deepEqual(
    applied.toSorted((a, b) => a - b),
    [0, 0, pending],
  )
  assert.deepEqual(await readSchemaState(connection, folder), { applied: pending, pending: 0 })
})

test('a migration waits for another one with a deadline', async () => {
  const connection = await newDatabase()
  const holder = await holdLock(connection)
  await assert.rejects(
    migrateDatabase(connection, folder, { limitMs: 100 }),
    /another process has been migrating/,
  )
  const messages: string[] = []
  const waiting = migrateDatabase(connection, folder, { onWait: (message) => messages.push(message) })
  await eventually('the migration to wait', async () => {
    const { rows } = await holder.query(
      `select count(*)::int as waiting from pg_locks where locktype = 'advisory' and not granted`,
    )
    return rows[0].waiting > 0
  })
  await holder.end()
  assert.ok((await waiting) > 0)
  assert.deepEqual(messages, ['another process is migrating the database: waiting for it, at most 300 s'])
})

test('who only reads waits for a migration in progress with a deadline', async () => {
  const connection = await newDatabase()
  const holder = await holdLock(connection)
  await assert.rejects(readSchemaState(connection, folder, { limitMs: 100 }), /waiting for the migration/)
  const messages: string[] = []
  const state = readSchemaState(connection, folder, { onWait: (message) => messages.push(message) })
  const [message] = await eventually('the message', () => messages.length > 0 && messages)
  assert.match(message!, /another process is migrating/)
  await holder.query('select pg_advisory_unlock_all()')
  await holder.end()
  assert.ok((await state).pending > 0)
})

test('a database with a migration that this program does not know is refused and left unchanged', async () => {
  const connection = await newDatabase()
  await migrateDatabase(connection, folder)
  const client = await connected(connection)
  const table = 'drizzle.__drizzle_migrations'
  await client.query(`delete from ${table} where id = (select max(id) from ${table})`)
  await client.query(`insert into ${table} (hash, created_at) values ('other', 1)`)
  await assert.rejects(migrateDatabase(connection, folder), NewerDatabaseError)
  await assert.rejects(readSchemaState(connection, folder), NewerDatabaseError)
  await client.query(`update ${table} set created_at = 9999999999999 where hash = 'other'`)
  await assert.rejects(
    migrateDatabase(connection, folder),
    /schema version \d+, of a newer docmgr, and this is/,
  )
  await client.end()
})

test('documents of before there was access belong to who created them, and keep their versions', async () => {
  const connection = await newDatabase()
  await migrateDatabaseTo(connection, folder, 13)
  const client = await connected(connection)
  const id = randomUUID()
  await client.query(
    `insert into documents.documents (id, title, content_size, created_by, version)
     values ($1, 'Lease', 1, 'Ada@Example.com', 7)`,
    [id],
  )
  await migrateDatabase(connection, folder)
  const { rows } = await client.query(
    `select d.version, d.readers, a.principal, a.role, a.created_at = d.created_at as is_of_document
     from documents.documents d join documents.access a on a.document_id = d.id`,
  )
  const owner = 'email:ada@example.com'
  assert.deepEqual(rows, [
    { version: 7, readers: [owner], principal: owner, role: 'owner', is_of_document: true },
  ])
  await client.end()
})
