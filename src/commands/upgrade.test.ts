import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { programVersion } from '../runtime/version.ts'
import { runCli } from '../testing/cli.ts'
import { withStoppedDatabase } from '../testing/service-database.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'docmgr-cli-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))
const data = join(folder, 'data')

const inDatabase = (sql: string): Promise<unknown[]> =>
  withStoppedDatabase(data, async (client) => (await client.query(sql)).rows)

test('of several migrations of one data folder at once one works, and the others find it done', async () => {
  const results = await Promise.all([1, 2, 3].map(() => runCli(['migrate', '--json', '--data', data])))
  for (const { code, stderr } of results) assert.equal(code, 0, stderr)
  const applied = results.map(({ stdout }): number => JSON.parse(stdout).applied)
  assert.equal(applied.filter((count) => count > 0).length, 1, String(applied))
})

test('every command that opens a newer database refuses it, naming both versions', async () => {
  await inDatabase(
    `insert into drizzle.__drizzle_migrations (hash, created_at) values ('of a newer program', 9999999999999);
     comment on table drizzle.__drizzle_migrations is '9.8.7'`,
  )
  const before = await inDatabase('select * from drizzle.__drizzle_migrations order by id')
  const version = programVersion().replaceAll('.', '\\.')
  const message = new RegExp(
    `schema version ${before.length}, of docmgr 9\\.8\\.7, and this is docmgr ${version}, ` +
      `which knows up to schema version ${before.length - 1}:`,
  )
  const commands = [
    ['serve', '--port', '0', '--set', 'listen.grpc=off'],
    ['migrate'],
    ['migrate', '--check'],
    ['reindex'],
    ['reindex', '--check'],
    ['seed', '--count', '1'],
    ['import', folder],
  ]
  for (const command of commands) {
    const { code, stdout, stderr } = await runCli([...command, '--data', data])
    assert.deepEqual([code, stdout], [5, ''], `${command.join(' ')}: ${stderr}`)
    assert.match(stderr, message, command.join(' '))
  }
  assert.deepEqual(await inDatabase('select * from drizzle.__drizzle_migrations order by id'), before)
})
