import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { processIdentity } from '../../runtime/processes.ts'
import { eventually } from '../../testing/deadline.ts'
import { query, useEmbeddedServers } from '../../testing/embedded-servers.ts'

const LIMIT = { timeout: 60_000 }
const { newFolder, start, onEnd } = useEmbeddedServers()

test(
  'the first start creates the folder; the database has UTF-8, logical decoding and durable writes',
  LIMIT,
  async () => {
    const folder = await newFolder({ exists: false })
    const server = await start(folder)
    assert.match(server.findings.join(), /new data folder created/)
    const settings = [
      'server_encoding',
      'wal_level',
      'fsync',
      'synchronous_commit',
      'TimeZone',
      'max_slot_wal_keep_size',
    ]
    const columns = settings.map((name) => `current_setting('${name}') AS "${name}"`).join()
    assert.deepEqual(
      await query(server.connection, `SELECT current_database() AS name, upper('ä') AS upper, ${columns}`),
      [
        {
          name: 'docmgr',
          upper: 'Ä',
          server_encoding: 'UTF8',
          wal_level: 'logical',
          fsync: 'on',
          synchronous_commit: 'on',
          TimeZone: 'UTC',
          max_slot_wal_keep_size: '2GB',
        },
      ],
    )
    assert.equal((await stat(folder)).mode & 0o777, 0o700)
    assert.equal((await stat(join(folder, 'password'))).mode & 0o777, 0o600)
  },
)

test('the next start keeps the data and finds nothing to repair', LIMIT, async () => {
  const folder = await newFolder()
  const first = await start(folder)
  await query(first.connection, 'CREATE TABLE kept AS SELECT 42 AS answer')
  await first.stop()
  assert.equal(await processIdentity(first.pid), undefined)
  const second = await start(folder)
  assert.deepEqual(second.findings, [])
  assert.deepEqual(await query(second.connection, 'SELECT answer FROM kept'), [{ answer: 42 }])
})

test('a wrong password is refused', LIMIT, async () => {
  const server = await start(await newFolder())
  await assert.rejects(
    query({ ...server.connection, password: 'wrong' }, 'SELECT 1'),
    /password authentication failed/,
  )
})

test('pgoutput decodes changes from a replication slot', LIMIT, async () => {
  const { connection } = await start(await newFolder())
  await query(
    connection,
    'CREATE TABLE item (id int PRIMARY KEY)',
    'CREATE PUBLICATION changes FOR TABLE item',
  )
  await query(connection, `SELECT pg_create_logical_replication_slot('reader', 'pgoutput')`)
  await query(connection, 'INSERT INTO item VALUES (1)')
  const options = `'proto_version', '1', 'publication_names', 'changes'`
  const changes = `pg_logical_slot_peek_binary_changes('reader', NULL, NULL, ${options})`
  const rows = await query(connection, `SELECT chr(get_byte(data, 0)) AS kind FROM ${changes}`)
  assert.deepEqual(rows.map(({ kind }) => kind).join(''), 'BRIC')
})

test('stop ends open sessions and a running statement', LIMIT, async () => {
  const server = await start(await newFolder())
  const running = query(server.connection, 'SELECT pg_sleep(300)').catch((error: Error) => error.message)
  await eventually('the statement to run', async () => {
    const busy = `SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(300)'`
    return (await query(server.connection, busy)).length > 0
  })
  await Promise.all([server.stop(), server.stop()])
  assert.match(String(await running), /terminat/)
  assert.equal(await processIdentity(server.pid), undefined)
})

test(
  'a path that is too long for a socket gets a private socket folder elsewhere, removed by the stop',
  LIMIT,
  async () => {
    const base = await mkdtemp(join(tmpdir(), 'docmgr-test-embedded-'))
    onEnd(() => rm(base, { recursive: true, force: true }))
    const long = join(base, 'x'.repeat(100))
    await mkdir(long)
    const server = await start(await newFolder({ base: long }))
    const { host } = server.connection
    assert.ok(host.length < 80, host)
    assert.equal((await stat(host)).mode & 0o777, 0o700)
    assert.equal((await query(server.connection, 'SELECT 1')).length, 1)
    await server.stop()
    await assert.rejects(stat(host), /ENOENT/)
  },
)

test('it listens on a given TCP port, and the error names one that is in use', LIMIT, async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  onEnd(async () => taken.close())
  const { port } = taken.address() as { port: number }
  const folder = await newFolder()
  await assert.rejects(start(folder, { port }), new RegExp(`in use[^]*${port}|${port}[^]*in use`))
  taken.close()
  await once(taken, 'close')
  const server = await start(folder, { port })
  assert.equal((await query({ ...server.connection, host: '127.0.0.1' }, 'SELECT 1')).length, 1)
  await server.stop()
  const anywhere = await start(folder, { port: 0 })
  assert.equal((await query({ ...anywhere.connection, host: '127.0.0.1' }, 'SELECT 1')).length, 1)
})

test('a folder of another major version is refused and not changed', LIMIT, async () => {
  const folder = await newFolder()
  await writeFile(join(folder, 'data', 'PG_VERSION'), '14\n')
  await assert.rejects(start(folder), /was created by PostgreSQL 14, and this is PostgreSQL 15/)
  assert.equal(await readFile(join(folder, 'data', 'PG_VERSION'), 'utf8'), '14\n')
})

test('a folder that is not a data folder is refused and not changed', LIMIT, async () => {
  const folder = await newFolder({ exists: false })
  await mkdir(join(folder, 'data'), { recursive: true })
  await writeFile(join(folder, 'data', 'letter.txt'), 'mine')
  await assert.rejects(start(folder), /is not a data folder of PostgreSQL/)
  assert.deepEqual(await readdir(join(folder, 'data')), ['letter.txt'])
})

test('the error of a failed start contains the messages of PostgreSQL', LIMIT, async () => {
  const folder = await newFolder()
  await assert.rejects(start(folder, { settings: { shared_buffers: 'much' } }), /shared_buffers.*much/)
  assert.ok(!(await readdir(folder)).includes('run'))
})
