import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SERVICE_KEYS, serviceKeyOf } from '../testing/service-keys.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { type LoadOptions, loadConfig } from './load-config.ts'

const folder = await mkdtemp(join(tmpdir(), 'docmgr-config-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))

const load = (options: LoadOptions) => loadConfig({ cwd: folder, ...options })

async function problemsOf(options: LoadOptions): Promise<readonly ConfigProblem[]> {
  const error = await load(options).catch((failure: unknown) => failure)
  assert.ok(error instanceof ConfigError, 'it was accepted')
  return error.problems
}

test('a role that calls the document role of another process has a key of its own', async () => {
  const env = {
    DOCMGR_ROLES: 'search',
    DOCMGR_SEARCH_URL: 'elasticsearch:http://elasticsearch:9200',
    DOCMGR_DOCUMENTS_URL: 'grpc://document:50051',
  }
  const [missing] = await problemsOf({ env })
  assert.equal(missing!.key, 'auth.services.key')
  const key = serviceKeyOf('search')
  const keyFile = join(folder, 'key')
  const pem = `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`
  await writeFile(keyFile, pem)
  await load({ env: { ...env, DOCMGR_AUTH_SERVICES_KEY_FILE: keyFile } })
  const [wrong] = await problemsOf({ env: { ...env, DOCMGR_AUTH_SERVICES_KEY: 'x'.repeat(64) } })
  assert.match(wrong!.rule, /Ed25519 private key/)

  const keysFile = join(folder, 'keys')
  await writeFile(keysFile, `${SERVICE_KEYS.join('\n')}\n`)
  const { config } = await load({ env: { DOCMGR_AUTH_SERVICES_KEYS_FILE: keysFile } })
  assert.deepEqual(config.auth.services.keys, SERVICE_KEYS)
  const [, text] = SERVICE_KEYS[0]!.split(':')
  for (const entry of [`document:${text}`, `ws:${key}`, `${text}`, 'ws:', `ws:${text}:x`]) {
    const [problem] = await problemsOf({ env: { DOCMGR_AUTH_SERVICES_KEYS: entry } })
    assert.match(problem!.rule, /must be ROLE:KEY/, entry)
  }
})

test('where tokens are required only the document role has their secret, and every other role asks it', async () => {
  const secret = 'a secret of a test, with 32 bytes'
  const rulesOf = async (env: Record<string, string>) =>
    (await problemsOf({ env: { ...env, DOCMGR_AUTH_MODE: 'required' } })).map(
      ({ key, rule }) => `${key} ${rule}`,
    )
  const ofWs = await rulesOf({ DOCMGR_ROLES: 'ws', DOCMGR_AUTH_SECRET: secret })
  assert.match(
    ofWs.join('\n'),
    /^auth\.secret signs tokens of anyone, and these roles \(ws\) need none: remove it here/m,
  )
  const ofTwo = await rulesOf({ DOCMGR_ROLES: 'search,indexer', DOCMGR_AUTH_SECOND_SECRET: secret })
  assert.match(ofTwo.join('\n'), /^auth\.secondSecret .*leave it to the document role/m)
  const servers = {
    DOCMGR_CHANGES_URL: 'kafka://kafka:9092',
    DOCMGR_SEARCH_URL: 'elasticsearch:http://elasticsearch:9200',
    DOCMGR_BLOBS_URL: 's3:http://minio:9000',
  }
  const ofIndexer = await rulesOf({ ...servers, DOCMGR_ROLES: 'indexer' })
  assert.match(ofIndexer.join('\n'), /^documents\.url .*grpc:\/\//m)
})

test('a second key is for ws, beside the first', async () => {
  const [one, two] = ['ws', 'search'] as const
  const env = {
    DOCMGR_ROLES: 'ws',
    DOCMGR_CHANGES_URL: 'kafka://kafka:9092',
    DOCMGR_DOCUMENTS_URL: 'grpc://document:50051',
    DOCMGR_AUTH_SERVICES_KEY: serviceKeyOf(one),
    DOCMGR_AUTH_SERVICES_SECOND_KEY: serviceKeyOf(two),
  }
  const { config } = await load({ env })
  assert.equal(config.auth.services.secondKey, serviceKeyOf(two))
  for (const [change, rule] of [
    [{ DOCMGR_AUTH_SERVICES_KEY: '' }, /auth\.services\.key is replaced, which is not set/],
    [{ DOCMGR_ROLES: 'search' }, /is for tickets of WebSockets, and these roles \(search\) have none/],
    [{ DOCMGR_AUTH_SERVICES_SECOND_KEY: 'x'.repeat(64) }, /Ed25519 private key/],
  ] as const) {
    const problems = await problemsOf({ env: { ...env, ...change } })
    const found = problems.find(({ key }) => key === 'auth.services.secondKey')
    assert.match(found?.rule ?? '', rule)
  }
})

test('the keys of roles that are published are for open mode only', async () => {
  const compose = await readFile('compose.yml', 'utf8')
  const [, key] = /DOCMGR_AUTH_SERVICES_KEY: (\S+)/.exec(compose)!
  const [, publicKey] = /signature:(\S+?),/.exec(compose)!
  for (const [variable, value] of [
    ['KEY', key!],
    ['SECOND_KEY', key!],
    ['KEYS', `ws:${publicKey}`],
  ] as const) {
    const first = variable === 'SECOND_KEY' && { DOCMGR_AUTH_SERVICES_KEY: serviceKeyOf('ws') }
    const env = { ...first, [`DOCMGR_AUTH_SERVICES_${variable}`]: value }
    await load({ env })
    const [problem] = await problemsOf({ env: { ...env, DOCMGR_AUTH_MODE: 'required' } })
    assert.match(problem!.rule, /is known to everyone/)
  }
})
