import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionOf, directConnectionOf } from './connection-url.ts'

test('every part of the URL is decoded, and missing parts have defaults', () => {
  assert.deepEqual(connectionOf('postgres://ada:p%40ss@db.example:6432/contracts'), {
    host: 'db.example',
    port: 6432,
    user: 'ada',
    password: 'p@ss',
    database: 'contracts',
  })
  const { host, port, user, database } = connectionOf('postgres://')
  assert.deepEqual([host, port, user, database], ['127.0.0.1', 5432, 'docmgr', 'docmgr'])
})

test('what cannot be a URL is refused under the name of its setting, and without its password', () => {
  for (const url of [
    'postgres://ada:secret@/tmp/socket:5/db',
    'postgres://ada:secret@db:port/x',
    'postgres://[::1/x',
  ]) {
    assert.throws(() => connectionOf(url), /^Error: database\.url: must be postgres:\/\/user(?!.*secret)/)
  }
  const database = {
    url: 'postgres://pooler/x',
    directUrl: 'postgres://db/x?sslmode=verify-full&sslrootcert=/none',
  }
  assert.throws(
    () => directConnectionOf(database),
    /database\.directUrl: sslrootcert=\/none cannot be read \(ENOENT\)/,
  )
})

test('TLS modes are named as in libpq; unknown parameters are refused by name', () => {
  const at = (parameters: string) => connectionOf(`postgres://db/docmgr?${parameters}`).ssl
  assert.equal(at('sslmode=disable'), undefined)
  assert.deepEqual(at('sslmode=require'), { rejectUnauthorized: false })
  assert.deepEqual(at('sslmode=verify-full'), { rejectUnauthorized: true })
  assert.throws(() => at('sslmode=prefer'), /sslmode=prefer.*verify-full/)
  assert.throws(() => at('pgbouncer=true'), /pgbouncer is not known/)
})
