import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../testing/cli.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'docmgr-origins-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))

/** Runs a command in a folder of its own. @returns its exit code and its standard error */
async function run(args: string[], env: Record<string, string> = {}): Promise<[number | null, string]> {
  const { code, stderr } = await runCli(args, { env, cwd: folder })
  return [code, stderr]
}

test('a bad URL of a service is reported as what it was given with', async () => {
  for (const url of [
    'nonsense',
    'ftp://a',
    'http://',
    'http://[::1',
    'http://a:99999',
    'http://a/?b=c',
    'http://a#b',
  ]) {
    const [code, flag] = await run(['list', '--url', url], { DOCMGR_URL: 'http://other' })
    assert.deepEqual(
      [code, flag.startsWith(`error: --url ${url}: must be the URL of a service`)],
      [2, true],
      flag,
    )
    const [, variable] = await run(['list'], { DOCMGR_URL: url })
    assert.ok(variable.startsWith(`error: DOCMGR_URL ${url}: must be the URL of a service`), variable)
  }
  const [, secret] = await run(['list'], { DOCMGR_URL: 'http://ada:hunter2@a' })
  assert.match(secret, /^error: DOCMGR_URL: must be/)
  assert.doesNotMatch(secret, /hunter2/)
  const [away, unreachable] = await run(['list'], { DOCMGR_URL: 'http://127.0.0.1:9' })
  assert.equal(away, 4)
  assert.match(unreachable, /no docmgr answers at http:\/\/127\.0\.0\.1:9 of DOCMGR_URL \(ECONNREFUSED\)/)
})

test('a bad token is reported as what it was given with, and is not shown', async () => {
  const url = { DOCMGR_URL: 'http://127.0.0.1:9' }
  for (const token of ['hunter2 hunter2', 'hunter2\nhunter2', '"hunter2"', 'hünter2']) {
    const [code, variable] = await run(['list'], { ...url, DOCMGR_TOKEN: token })
    assert.equal(code, 2)
    assert.match(variable, /^error: DOCMGR_TOKEN: must be a token/)
    const [, flag] = await run(['list', '--token', token], { ...url, DOCMGR_TOKEN: 'x' })
    assert.match(flag, /^error: --token: must be a token/)
    assert.doesNotMatch(variable + flag, /nter2/)
  }
})

test('a URL that only its client understands is reported with the variable, the file or the flag it comes from', async () => {
  const postgres = 'postgres://docmgr:hunter2@/tmp/x:1/y'
  const [, variable] = await run(['migrate'], { DOCMGR_DATABASE_URL: postgres })
  assert.match(variable, /^error: database\.url \(from DOCMGR_DATABASE_URL\): must be postgres:\/\/user/)
  assert.doesNotMatch(variable, /hunter2|\n +at /)
  const direct = {
    DOCMGR_DATABASE_URL: 'postgres://db/x',
    DOCMGR_DATABASE_DIRECT_URL: 'postgres://db/x?sslmode=on',
  }
  const [, name] = await run(['migrate'], direct)
  assert.match(
    name,
    /^error: database\.directUrl \(from DOCMGR_DATABASE_DIRECT_URL\): sslmode=on is not known/,
  )
  const [, flag] = await run(['serve', '--set', 'cache.url=redis://host:port'])
  assert.match(flag, /^error: cache\.url \(from --set\): must be redis:/m)
  await writeFile(join(folder, 'docmgr.config.ts'), "export default { blobs: { url: 's3:ftp://host' } }")
  const [, file] = await run(['gc', '--data', 'gc'], { DOCMGR_DATABASE_URL: 'postgres://127.0.0.1:9/x' })
  assert.match(file, /database\.url \(from DOCMGR_DATABASE_URL\)/)
  const [, connect] = await run(['cdc', 'status'])
  assert.match(connect, /^error: changes\.url = wal:: works without the connector/)
  await rm(join(folder, 'docmgr.config.ts'))
})
