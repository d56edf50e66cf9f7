import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { QueryResultRow } from 'pg'
import { runCli } from '../testing/cli.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { withStoppedDatabase } from '../testing/service-database.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const data = await newDataFolder()
TEST_FILE.after(() => rm(data, { recursive: true }))
const seeded = await runCli(['seed', '--count', '5', '--data', data])
assert.equal(seeded.code, 0, seeded.stderr)

const run = (...args: string[]) => runCli(['reindex', ...args, '--data', data])

const inDatabase = <T extends QueryResultRow>(sql: string): Promise<T[]> =>
  withStoppedDatabase(data, async (client) => (await client.query<T>(sql)).rows)

test('an index that is up to date is left unchanged', async () => {
  const check = await run('--check')
  assert.deepEqual([check.code, check.stdout], [0, '5 documents compared: the index is up to date.\n'])
  const { code, stdout } = await run()
  assert.equal(code, 0)
  assert.equal(stdout, '5 documents compared: 0 indexed again (0 were missing, 0 older), 0 failed.\n')
})

test('documents that are missing in the index are reported and indexed', async () => {
  await rm(join(data, 'search.db'))
  const check = await run('--check')
  const said = '5 documents compared: 5 missing, 0 older: run `docmgr reindex`.\n'
  assert.deepEqual([check.code, check.stdout], [3, said])
  const { code, stdout, stderr } = await run('--json')
  assert.equal(code, 0, stderr)
  const done = { compared: 5, missing: 5, older: 0, indexed: 5, failed: [], failures: 0 }
  assert.deepEqual(JSON.parse(stdout), done)
  const after = await run('--check', '--json')
  assert.deepEqual([after.code, JSON.parse(after.stdout)], [0, { ...done, missing: 0, indexed: 0 }])
})

test('a document whose content is lost is named, and the others are indexed', async () => {
  await rm(join(data, 'search.db'))
  const [lost] = await inDatabase<{ id: string }>(
    `delete from blobs.objects where key = (select s3_key from documents.documents where deleted_at is null limit 1)
     returning split_part(key, '/', 1) as id`,
  )
  const { code, stdout, stderr } = await run()
  assert.equal(code, 3)
  assert.equal(stdout, '5 documents compared: 4 indexed again (5 were missing, 0 older), 1 failed.\n')
  assert.match(
    stderr,
    new RegExp(`^not indexed: ${lost!.id}: the stored content is damaged: its object is missing`, 'm'),
  )
  const json = await run('--json')
  assert.deepEqual([json.code, JSON.parse(json.stdout).failed[0].id], [3, lost!.id])
})

test('a data folder that a service uses is refused', async (t) => {
  const service = await startServiceProcess(data)
  t.after(() => service.stop())
  const { code, stdout, stderr } = await run()
  assert.deepEqual([code, stdout], [1, ''])
  assert.match(stderr, new RegExp(`^error: stop process ${service.pid} first`))
})
