import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startEmbeddedPostgres } from '../db/embedded/embedded-postgres.ts'
import { silentLogger } from '../runtime/logger.ts'
import { programVersion } from '../runtime/version.ts'
import { runCli } from '../testing/cli.ts'

let folder: string
let data: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docmgr-cli-'))
  data = join(folder, 'data')
})
after(() => rm(folder, { recursive: true }))

/** Works on the database while no docmgr has it open. */
async function inDatabase(sql: string): Promise<unknown[]> {
  const server = await startEmbeddedPostgres({ folder: join(data, 'postgres'), log: silentLogger })
  const client = new pg.Client(server.connection)
  try {
    await client.connect()
    return (await client.query(sql)).rows
  } finally {
    await client.end()
    await server.stop()
  }
}

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
