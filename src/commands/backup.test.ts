import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { tryBackupLock } from '../db/backup-lock.ts'
import { openRunning } from '../db/open.ts'
import { openBlobs } from '../ports/blobs/open.ts'
import { silentLogger } from '../runtime/logger.ts'
import { runCli, startCli } from '../testing/cli.ts'
import { eventually } from '../testing/deadline.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { withDatabase } from '../testing/service-database.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const data = await newDataFolder()
TEST_FILE.after(() => rm(data, { recursive: true }))
const service = await startServiceProcess(data)
TEST_FILE.after(() => service.stop())
const folder = await mkdtemp(join(tmpdir(), 'docmgr-backup-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))

async function create(content: string): Promise<string> {
  const response = await fetch(`${service.urls.http}/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'Lapwing', content, created_by: 'ada@example.com' }),
  })
  assert.equal(response.status, 201)
  return ((await response.json()) as { id: string }).id
}

const backup = (file: string, ...args: string[]) =>
  runCli(['backup', join(folder, file), ...args, '--data', data])

test('a backup beside a service is private, verified, and refused where a file exists', async () => {
  await create('kept')
  const first = await backup('first.tar.gz')
  assert.equal(first.code, 0, first.stderr)
  assert.match(
    first.stdout,
    /first\.tar\.gz has \d+ rows and \d+ contents and images, as of .*, and was verified\.\n$/,
  )
  assert.equal((await stat(join(folder, 'first.tar.gz'))).mode & 0o777, 0o600)
  const before = await readFile(join(folder, 'first.tar.gz'))

  const again = await backup('first.tar.gz')
  assert.equal(again.code, 1)
  assert.match(again.stderr, /first\.tar\.gz exists: choose another name, or replace it with --force/)
  assert.deepEqual(await readFile(join(folder, 'first.tar.gz')), before)
  await writeFile(join(folder, 'first.tar.gz.part-999999999'), 'of a process that was killed')
  assert.equal((await backup('first.tar.gz', '--force')).code, 0)
  assert.deepEqual(await readdir(folder), ['first.tar.gz'])

  const check = await backup('first.tar.gz', '--check', '--json')
  const report = JSON.parse(check.stdout)
  assert.deepEqual([check.code, report.complete, report.damaged], [0, true, 0])
})

test('an archive that was cut off or changed is refused', async () => {
  await backup('damaged.tar.gz')
  const file = join(folder, 'damaged.tar.gz')
  const whole = await readFile(file)
  for (const size of [0, 1, 100, whole.length >> 1, whole.length - 9, whole.length - 1]) {
    await truncate(file, size)
    const { code, stderr } = await backup('damaged.tar.gz', '--check')
    assert.deepEqual([code, /cannot be used: it is /.test(stderr)], [1, true], `${size}: ${stderr}`)
    await writeFile(file, whole)
  }
  const changed = Buffer.from(whole)
  // A single bit can be one that gzip does not use.
  changed.fill(0x55, whole.length >> 1, (whole.length >> 1) + 16)
  await writeFile(file, changed)
  assert.match((await backup('damaged.tar.gz', '--check')).stderr, /cannot be used: it /)
  await writeFile(file, 'not a backup')
  assert.match((await backup('damaged.tar.gz', '--check')).stderr, /it is not a backup of docmgr/)
})

test('what cannot be backed up or written is named, and nothing is left', async () => {
  const missing = await runCli(['backup', join(folder, 'none.tar.gz'), '--data', join(folder, 'none')])
  assert.deepEqual([missing.code, missing.stdout], [1, ''])
  assert.match(missing.stderr, /none has no data of docmgr: name the data folder with --data/)
  const nowhere = await backup('no/such/folder.tar.gz')
  assert.match(nowhere.stderr, /no\/such cannot be written to \(ENOENT\): choose another folder/)
  assert.match((await backup('.')).stderr, /is a folder: name a file in it/)
  const full = await runCli(['backup', join('/proc', 'backup.tar.gz'), '--force', '--data', data])
  assert.notEqual(full.code, 0)
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.includes('part') || name.startsWith('no')),
    [],
  )
})

test('a damaged content is named and left out, and the archive says that it is not complete', async () => {
  const [damaged, lost, large] = [
    await create('damaged'),
    await create('lost'),
    await create('x'.repeat(2_000_000)),
  ]
  const log = silentLogger
  const database = await openRunning({
    ...{ folder: join(data, 'postgres'), poolSize: 1, statementTimeout: 10_000, log },
  })
  const blobs = await openBlobs('file:', { folder: join(data, 'blobs'), database, log })
  const options = { contentType: 'text/plain', maxBytes: 3_000_000 }
  await blobs.put('documents', `${damaged}/content`, Buffer.from('changed'), options)
  await blobs.put('documents', `${large}/content`, Buffer.alloc(2_000_000, 'y'), options)
  await blobs.delete('documents', `${lost}/content`)
  await blobs.stop()
  await database.stop()
  const { code, stdout, stderr } = await backup('incomplete.tar.gz', '--json')
  const report = JSON.parse(stdout)
  assert.deepEqual([code, report.complete, report.damaged], [3, false, 3], stderr)
  const named = report.left_out.map(({ object }: { object: string }) => object)
  assert.deepEqual(named.toSorted(), [damaged, large, lost].map((id) => `documents/${id}/content`).toSorted())
  for (const id of [damaged, lost, large])
    assert.match(stderr, new RegExp(`left out: documents/${id}/content: `))
  assert.equal((await backup('incomplete.tar.gz', '--check')).code, 3)
})

test('while objects are removed no backup begins, and while a backup is made no object is removed', async () => {
  await withDatabase(data, async (client) => {
    assert.ok(await tryBackupLock(client, 'exclusive'))
    const { code, stderr } = await backup('excluded.tar.gz')
    assert.equal(code, 1)
    assert.match(stderr, /`docmgr gc` removes objects now/)
  })
  await withDatabase(data, async (client) => {
    assert.ok(await tryBackupLock(client, 'shared'))
    const { code, stderr } = await runCli(['gc', '--data', data])
    assert.equal(code, 1)
    assert.match(stderr, /a backup is being made and reads the objects/)
    assert.equal((await backup('beside.tar.gz', '--json')).code, 3)
  })
})

test('an interrupted backup leaves nothing', async () => {
  for (let n = 0; n < 15; n++) await create(randomBytes(500_000).toString('hex'))
  const draftIsThere = async (): Promise<boolean> =>
    (await readdir(folder)).some((name) => name.startsWith('interrupted.tar.gz.part-'))
  const running = startCli(['backup', join(folder, 'interrupted.tar.gz'), '--data', data])
  await eventually('the backup to be written', draftIsThere)
  running.process.kill('SIGINT')
  assert.deepEqual((await running.ended).code, 130)
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('interrupted')),
    [],
  )
})
