import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { silentLogger } from '../../runtime/logger.ts'
import { processIdentity, waitUntilGone } from '../../runtime/processes.ts'
import { eventually } from '../../testing/deadline.ts'
import { childrenOf, killAllBut, query, useEmbeddedServers } from '../../testing/embedded-servers.ts'
import { findBinaries } from './binaries.ts'
import { openDataFolder } from './data-folder.ts'
import { startServer } from './embedded-postgres.ts'
import { stopServer } from './server-process.ts'
import { settingArguments } from './settings.ts'

const LIMIT = { timeout: 60_000 }
const { newFolder, start, startSupervisor, onEnd } = useEmbeddedServers()

test(
  'after kill -9 of PostgreSQL the supervisor gets the reason, and the next start recovers what was committed',
  LIMIT,
  async () => {
    const folder = await newFolder()
    const first = await start(folder)
    await query(first.connection, 'CREATE TABLE kept AS SELECT 42 AS answer')
    const failure = `DO $$ BEGIN RAISE 'could not extend file: No space left on device'; END $$`
    await assert.rejects(query(first.connection, failure))
    process.kill(first.pid, 'SIGKILL')
    assert.match(
      (await first.ended).message,
      /has ended, killed by SIGKILL: another process sent this signal/,
    )
    const second = await start(folder)
    assert.match(second.findings.join(), /recovered from its write-ahead log/)
    assert.deepEqual(await query(second.connection, 'SELECT answer FROM kept'), [{ answer: 42 }])
  },
)

test(
  'after kill -9 of PostgreSQL a statement that still runs does not block the next start',
  LIMIT,
  async () => {
    const folder = await newFolder()
    const first = await start(folder)
    // While it executes, the session does not notice that its server has ended.
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
    assert.match(second.findings.join(), /still running: ended/)
  },
)

for (const [what, bytes] of [
  ['empty', ''],
  ['full of zeros', '\0'.repeat(90)],
] as const)
  test(`a pid file that a power failure left ${what} does not block the next start`, LIMIT, async () => {
    const folder = await newFolder()
    const first = await start(folder)
    await query(first.connection, 'CREATE TABLE kept AS SELECT 42 AS answer')
    process.kill(first.pid, 'SIGKILL')
    await first.ended
    await writeFile(join(folder, 'data', 'postmaster.pid'), bytes)
    const second = await start(folder)
    assert.match(second.findings.join(), /postmaster\.pid had no process id/)
    assert.deepEqual(await query(second.connection, 'SELECT answer FROM kept'), [{ answer: 42 }])
  })

test(
  'after kill -9 of its supervisor PostgreSQL ends cleanly, although sessions and a statement are open',
  LIMIT,
  async () => {
    const folder = await newFolder()
    const supervisor = await startSupervisor(folder)
    await query(supervisor.connection, 'CREATE TABLE kept AS SELECT 42 AS answer')
    const running = query(supervisor.connection, 'SELECT pg_sleep(300)').catch(({ message }) => message)
    await eventually('the statement to run', async () => {
      const busy = `SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(300)'`
      return (await query(supervisor.connection, busy)).length > 0
    })
    const helpers = await childrenOf(supervisor.child.pid!)
    assert.equal(helpers.length, 2)
    supervisor.child.kill('SIGKILL')
    assert.match(String(await running), /terminat/)
    for (const pid of helpers) assert.ok(await waitUntilGone(pid, 20_000), `process ${pid} has ended`)
    const next = await start(folder)
    assert.deepEqual(next.findings, [])
    assert.deepEqual(await query(next.connection, 'SELECT answer FROM kept'), [{ answer: 42 }])
  },
)

test(
  'a supervisor that is killed while another start waits for the folder ends only its own PostgreSQL',
  LIMIT,
  async () => {
    const folder = await newFolder()
    const supervisor = await startSupervisor(folder)
    supervisor.child.kill('SIGKILL')
    const next = await start(folder)
    assert.equal(await processIdentity(supervisor.pid), undefined)
    assert.deepEqual(
      next.findings.filter((finding) => !finding.includes('was still there: stopped')),
      [],
    )
    assert.deepEqual(await query(next.connection, 'SELECT 42 AS answer'), [{ answer: 42 }])
  },
)

test(
  'a socket folder outside the data folder goes with a PostgreSQL whose supervisor was killed',
  LIMIT,
  async () => {
    const base = await mkdtemp(join(tmpdir(), 'docmgr-test-embedded-'))
    onEnd(() => rm(base, { recursive: true, force: true }))
    const long = join(base, 'x'.repeat(100))
    await mkdir(long)
    const supervisor = await startSupervisor(await newFolder({ base: long }))
    const socketFolder = supervisor.connection.host
    await stat(socketFolder)
    supervisor.child.kill('SIGKILL')
    await eventually(
      'the folder to be removed',
      async () => !(await stat(socketFolder).catch(() => undefined)),
    )
  },
)

test('after kill -9 of all but PostgreSQL the next start stops it', LIMIT, async () => {
  const folder = await newFolder()
  const supervisor = await startSupervisor(folder)
  await query(supervisor.connection, 'CREATE TABLE kept AS SELECT 42 AS answer')
  await killAllBut(supervisor)
  assert.notEqual(await processIdentity(supervisor.pid), undefined)
  const next = await start(folder)
  assert.match(next.findings.join(), new RegExp(`pid ${supervisor.pid}\\) was still there: stopped`))
  assert.equal(await processIdentity(supervisor.pid), undefined)
  assert.deepEqual(await query(next.connection, 'SELECT answer FROM kept'), [{ answer: 42 }])
})

test(
  'a PostgreSQL of a killed supervisor is also stopped when it is found only while the next one starts',
  LIMIT,
  async () => {
    const folder = await newFolder()
    const binaries = await findBinaries()
    const { data, user } = await openDataFolder(folder, binaries)
    const supervisor = await startSupervisor(folder)
    await killAllBut(supervisor)
    const settings = { listen_addresses: '', unix_socket_directories: supervisor.connection.host }
    const args = ['-D', data, ...settingArguments(settings)]
    const findings: string[] = []
    const server = await startServer(
      { postgres: binaries.postgres, args, user, temporaryFolder: undefined, log: silentLogger },
      data,
      findings,
      20_000,
    )
    onEnd(() => stopServer(server, data, 3_000))
    assert.match(findings.join(), new RegExp(`pid ${supervisor.pid}\\) was still there: stopped`))
    assert.equal(server.hasExited(), false)
  },
)

test('the normal exit of a supervisor ends its PostgreSQL', LIMIT, async () => {
  const supervisor = await startSupervisor(await newFolder())
  supervisor.child.stdin!.end()
  await once(supervisor.child, 'exit')
  assert.ok(await waitUntilGone(supervisor.pid, 20_000))
})

test(
  'a postmaster.pid with the pid of another process is removed, and that process keeps running',
  LIMIT,
  async () => {
    const folder = await newFolder()
    const other = spawn('sleep', ['300'])
    onEnd(async () => other.kill('SIGKILL'))
    const file = join(folder, 'data', 'postmaster.pid')
    await writeFile(
      file,
      `${other.pid}\n${join(folder, 'data')}\n1700000000\n5432\n/tmp\n\n  1234567    123456\nready   \n`,
    )
    const { uid, gid } = await stat(join(folder, 'data'))
    if (process.getuid?.() === 0) await chown(file, uid, gid)
    const server = await start(folder)
    assert.match(
      server.findings.join(),
      new RegExp(`process ${other.pid}, which is not a PostgreSQL of this folder: removed`),
    )
    assert.notEqual(await processIdentity(other.pid!), undefined)
  },
)

test('an interrupted creation of the data folder is removed', LIMIT, async () => {
  const folder = await newFolder({ exists: false })
  await mkdir(join(folder, 'new-abc123', 'base'), { recursive: true })
  await writeFile(join(folder, 'new-abc123', 'PG_VERSION'), '15\n')
  const server = await start(folder)
  assert.match(server.findings.join(), /an interrupted creation of the data folder was removed/)
  assert.deepEqual((await readdir(folder)).sort(), ['data', 'password', 'run'])
})
