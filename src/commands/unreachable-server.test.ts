import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../testing/cli.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'docmgr-cli-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))

/** Nothing listens on the port discard. */
const NOTHING = '127.0.0.1:9'

for (const args of [['migrate'], ['verify'], ['gc'], ['reindex'], ['dead-letters', 'list'], ['serve']]) {
  test(`${args.join(' ')} names the setting of a database that is away, and what to do`, async () => {
    const env = { DOCMGR_DATABASE_URL: `postgres://docmgr@${NOTHING}/docmgr` }
    const { code, stdout, stderr } = await runCli([...args, '--data', join(folder, args[0]!)], { env })
    assert.deepEqual([code, stdout], [4, ''], stderr)
    assert.match(
      stderr,
      /^error: the server of database\.url cannot be reached \(.*ECONNREFUSED 127\.0\.0\.1:9.*\)$/m,
    )
    assert.match(
      stderr,
      /^error: start it, or correct database\.url \(from DOCMGR_DATABASE_URL\); `docmgr doctor`/m,
    )
  })
}

test('of several servers the one that is away is named, also by a name that does not resolve', async () => {
  const args = ['migrate', '--data', join(folder, 'names')]
  const database = { DOCMGR_DATABASE_URL: 'postgres://docmgr@pooler.invalid:6432/docmgr' }
  const unknown = await runCli(args, { env: database })
  assert.equal(unknown.code, 4)
  assert.match(unknown.stderr, /the server of database\.url cannot be reached .*pooler\.invalid/)
  const direct = await runCli(args, {
    env: { ...database, DOCMGR_DATABASE_DIRECT_URL: `postgres://d@${NOTHING}/d` },
  })
  assert.match(direct.stderr, /the server of database\.directUrl cannot be reached/)
})
