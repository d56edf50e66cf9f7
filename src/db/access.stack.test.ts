import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import type pg from 'pg'
import { asAdmin, openStackDatabase } from '../testing/stack-database.ts'
import { stack } from '../testing/stack.ts'
import { undoing } from '../testing/undoing.ts'
import { applyDatabaseAccess, type DatabaseLevel } from './access.ts'
import { connectAlone } from './backup-lock.ts'
import { connectionOf } from './connection-url.ts'
import { sqlState } from './query.ts'

const LEVELS = ['documents', 'signatures', 'maintain', 'replicate', 'connect'] as const
const passwordOf = (user: string): string => `password of ${user}`

/** A migrated database, and users of it: their names begin with `prefix`, since they are those of all databases. */
async function openSecured(t: TestContext) {
  const undo = undoing(t)
  const prefix = `test_${randomBytes(5).toString('hex')}_`
  undo.after(() =>
    asAdmin(async (admin) => {
      for (const level of LEVELS) await admin.query(`drop role if exists ${prefix}${level}`)
    }),
  )
  const { name, url, directUrl } = await openStackDatabase(undo)
  const users = new Map<string, DatabaseLevel>(LEVELS.map((level) => [prefix + level, level]))
  const adminUrl = Object.assign(new URL(stack.adminUrl), { pathname: `/${name}` }).href
  const apply = (changes: { url?: string; passwordOf?: (user: string) => string } = {}): Promise<string> =>
    applyDatabaseAccess(changes.url ?? adminUrl, users, { passwordOf, ...changes })
  const connect = async (level: DatabaseLevel, at = directUrl, password = passwordOf(prefix + level)) => {
    const client = await connectAlone({ ...connectionOf(at), user: prefix + level, password })
    undo.after(() => client.end())
    return client
  }
  return { name, url, directUrl, adminUrl, prefix, apply, connect }
}

const refusal = (client: pg.Client, text: string): Promise<string | undefined> =>
  client.query(text).then(() => undefined, sqlState)

test('a user may do with each table what its level says, and nothing else', async (t) => {
  const { apply, connect, url } = await openSecured(t)
  assert.equal(await apply(), 'PostgreSQL: 5 users')
  const allowed: [level: DatabaseLevel, text: string][] = [
    ['documents', 'update documents.documents set title = title'],
    ['documents', 'delete from documents.idempotency_keys'],
    ['signatures', 'delete from signatures.signatures'],
    ['signatures', 'select from drizzle.__drizzle_migrations'],
    ['maintain', 'select from changes.history, texts.queue, signatures.signatures, documents.documents'],
    ['maintain', 'update signatures.signing_intents set attempts = attempts'],
    ['maintain', `update documents.documents set text_state = 'pending', text_reason = null`],
    ['maintain', 'update documents.documents set readers = readers'],
    ['maintain', 'update documents.access set created_at = created_at'],
    ['documents', 'update people.api_keys set last_used_at = last_used_at'],
    ['maintain', 'update people.people set disabled_at = disabled_at'],
    ['replicate', 'select from documents.documents, signatures.signatures'],
    ['replicate', `select pg_create_logical_replication_slot('access_test', 'pgoutput', true)`],
    ['documents', 'select from history.history, history.heads, history.personal'],
    ['maintain', `select history.erase('{ada@example.com}')`],
    ['documents', `select history.record_refusal(gen_random_uuid(), 'change')`],
    ['signatures', `select history.record_refusal(gen_random_uuid(), 'sign')`],
    ['connect', 'select from pg_replication_slots, pg_publication'],
  ]
  for (const [level, text] of allowed)
    assert.equal(await refusal(await connect(level), text), undefined, `${level}: ${text}`)
  const refused: [level: DatabaseLevel, text: string][] = [
    ['documents', 'delete from documents.documents'],
    ['documents', 'select from signatures.signatures'],
    ['documents', 'delete from people.people'],
    ['signatures', 'select from people.api_keys'],
    ['documents', 'truncate documents.views'],
    ['documents', 'alter table documents.documents disable trigger all'],
    ['documents', 'create table documents.more ()'],
    ['documents', 'create role more'],
    ['signatures', `update signatures.signatures set signer_name = 'x'`],
    ['signatures', 'select from documents.documents'],
    ['maintain', 'update documents.documents set title = title'],
    ['maintain', 'update documents.access set role = role'],
    ['maintain', 'delete from documents.access'],
    ['maintain', 'delete from signatures.signatures'],
    ['replicate', 'select from documents.viewers'],
    ['replicate', 'update documents.documents set title = title'],
    ['connect', 'select from documents.documents'],
    ['connect', `select pg_create_logical_replication_slot('access_test', 'pgoutput', true)`],
  ]
  // Nobody but the owner of the tables can even try to write a history.
  for (const level of LEVELS)
    for (const table of ['history.history', 'history.heads', 'history.personal'])
      for (const text of [
        `update ${table} set document_id = document_id`,
        `delete from ${table}`,
        `truncate ${table}`,
        `insert into ${table} select * from ${table}`,
      ])
        refused.push([level, text])
  for (const level of LEVELS)
    refused.push([level, `select history.append(gen_random_uuid(), 'document.created', 1, '{}', '{}')`])
  for (const level of ['documents', 'signatures', 'replicate', 'connect'] as const)
    refused.push([level, `select history.erase('{ada@example.com}')`])
  for (const [level, text] of refused)
    assert.equal(await refusal(await connect(level), text), '42501', `${level}: ${text}`)
  // The pooler asks PostgreSQL for the password of any user but those that replicate.
  assert.equal(await refusal(await connect('documents', url), 'select from documents.documents'), undefined)
  await assert.rejects(connect('replicate', url))
})

test('a repetition leaves passwords alone that are in force, replaces others and takes rights away', async (t) => {
  const { apply, connect, adminUrl, prefix } = await openSecured(t)
  await apply()
  const secretsOf = async (): Promise<unknown[]> =>
    (
      await asAdmin((admin) =>
        admin.query(`select rolpassword from pg_authid where rolname like $1 order by 1`, [`${prefix}%`]),
      )
    ).rows
  const secrets = await secretsOf()
  assert.equal(secrets.length, 5)
  const admin = await connectAlone(connectionOf(adminUrl))
  t.after(() => admin.end())
  await admin.query(`grant select on all tables in schema signatures to ${prefix}documents`)
  await admin.query(`grant usage on schema signatures to ${prefix}documents`)
  const documents = await connect('documents')
  assert.equal(await refusal(documents, 'select from signatures.signatures'), undefined)
  await apply()
  assert.deepEqual(await secretsOf(), secrets)
  assert.equal(await refusal(documents, 'select from signatures.signatures'), '42501')
  assert.equal(await refusal(documents, 'select from documents.documents'), undefined)

  await apply({ passwordOf: (user) => `newer ${passwordOf(user)}` })
  await assert.rejects(connect('documents'), (error) => sqlState(error) === '28P01')
  await connect('documents', undefined, `newer ${passwordOf(`${prefix}documents`)}`)
})

test('who may not set up users gets that answer, and a database without tables is named', async (t) => {
  const { apply, directUrl } = await openSecured(t)
  await assert.rejects(
    apply({ url: directUrl }),
    /^Error: database\.url: PostgreSQL does not let docmgr set up users \(permission denied .*\): use a superuser's/,
  )
  await assert.rejects(apply({ url: stack.adminUrl }), /lacks \d+ migrations: run `docmgr migrate` first/)
})
