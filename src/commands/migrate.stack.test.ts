import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { Client } from 'pg'
import { type CliResult, runCli } from '../testing/cli.ts'
import { stack } from '../testing/stack.ts'

/** A database of its own that has nothing yet. */
async function emptyDatabase(t: TestContext): Promise<{ url: string; directUrl: string }> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const at = (url: string): string => Object.assign(new URL(url), { pathname: `/${name}` }).href
  const admin = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: stack.adminUrl })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  await admin(`create database ${name} owner ${new URL(stack.databaseDirectUrl).username}`)
  t.after(() => admin(`drop database ${name} with (force)`))
  return { url: at(stack.databaseUrl), directUrl: at(stack.databaseDirectUrl) }
}

test('several migrations of one new database at once: one works, the others find it done', async (t) => {
  const { url, directUrl } = await emptyDatabase(t)
  const env = { DOCMGR_DATABASE_URL: url, DOCMGR_DATABASE_DIRECT_URL: directUrl }
  const migrate = (...args: string[]): Promise<CliResult> => runCli(['migrate', '--json', ...args], { env })

  const before = await migrate('--check')
  assert.equal(before.code, 3, before.stderr)
  const { pending } = JSON.parse(before.stdout)
  assert.ok(pending > 0)

  const results = await Promise.all([migrate(), migrate(), migrate()])
  for (const { code, stderr } of results) assert.equal(code, 0, stderr)
  const applied = results.map(({ stdout }) => JSON.parse(stdout).applied).toSorted()
  assert.deepEqual(applied, [0, 0, pending])

  const after = await migrate('--check')
  assert.deepEqual([after.code, JSON.parse(after.stdout)], [0, { pending: 0 }])
})

test('a migration through the pooler is refused, with the setting that is missing', async (t) => {
  const { url } = await emptyDatabase(t)
  const { code, stderr } = await runCli(['migrate'], { env: { DOCMGR_DATABASE_URL: url } })
  assert.equal(code, 1)
  assert.match(stderr, /set database\.directUrl to PostgreSQL itself/)
})
