import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { serviceKeyOf } from '../testing/service-keys.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { type LoadOptions, loadConfig } from './load-config.ts'
import { describeOrigin } from './origin.ts'
import { listSettings } from './settings.ts'

let cwd: string
before(async () => void (cwd = await mkdtemp(join(tmpdir(), 'docmgr-config-'))))
after(() => rm(cwd, { recursive: true }))

const load = (options: LoadOptions = {}) => loadConfig({ cwd, env: {}, ...options })

async function problemsOf(options: LoadOptions): Promise<readonly ConfigProblem[]> {
  const error = await load(options).then(
    () => assert.fail('it was accepted'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof ConfigError, String(error))
  return error.problems
}

async function configFile(name: string, text: string): Promise<string> {
  const path = join(cwd, name)
  await writeFile(path, text)
  return path
}

test('without settings, everything has its default, and data is an absolute path', async () => {
  const { config, origins, file } = await load()
  assert.equal(config.listen.http, 8000)
  assert.equal(config.data, join(cwd, '.docmgr'))
  assert.deepEqual([...new Set([...origins.values()].map(({ layer }) => layer))], ['default'])
  assert.equal(file, undefined)
})

test('flags override variables, which override the file, which overrides defaults', async () => {
  const configPath = await configFile(
    'layers.ts',
    `import { defineConfig } from 'docmgr/config'
     const port: number = 1
     export default defineConfig({ listen: { http: port, document: 1, signature: 1, ws: 0 }, log: { level: 'info' } })`,
  )
  const { config, origins } = await load({
    configFile: configPath,
    env: { DOCMGR_LISTEN_DOCUMENT: '2', DOCMGR_LISTEN_SIGNATURE: '2' },
    flags: [{ key: 'listen.signature', text: '3', flag: '--set' }],
  })
  const { http, document, signature, search } = config.listen
  assert.deepEqual(
    { http, document, signature, search },
    { http: 1, document: 2, signature: 3, search: 8003 },
  )
  const from = (key: string) => describeOrigin(origins.get(key)!)
  assert.equal(from('listen.http'), 'layers.ts')
  assert.equal(from('listen.document'), 'DOCMGR_LISTEN_DOCUMENT')
  assert.equal(from('listen.signature'), '--set')
  assert.equal(from('listen.search'), 'default')
})

test('every setting has its own variable and a description', () => {
  const settings = listSettings()
  assert.equal(new Set(settings.map(({ variable }) => variable)).size, settings.length)
  assert.deepEqual(
    settings.filter(({ description }) => description === ''),
    [],
  )
  assert.ok(settings.some(({ variable }) => variable === 'DOCMGR_AUTH_TOKEN_LIFETIME'))
})

test('lists are separated by commas, and all means every role', async () => {
  const some = await load({ env: { DOCMGR_ROLES: 'search, document,indexer' } })
  assert.deepEqual(some.config.roles, ['document', 'search', 'indexer'])
  const all = await load({ flags: [{ key: 'roles', text: 'all', flag: '--role' }] })
  assert.equal(all.config.roles.length, 5)
})

test("OpenTelemetry's variables are read where docmgr's own are not set", async () => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4318'
  const standard = await load({ env: { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME: 'archive' } })
  assert.deepEqual(standard.config.tracing, { url: 'http://collector:4318', service: 'archive', ratio: 1 })
  const origin = { layer: 'environment', variable: 'OTEL_SERVICE_NAME' }
  assert.deepEqual(standard.origins.get('tracing.service'), origin)
  const own = { DOCMGR_TRACING_URL: 'https://own:4318', DOCMGR_TRACING_RATIO: '0.25' }
  const { tracing } = (await load({ env: { ...own, OTEL_EXPORTER_OTLP_ENDPOINT } })).config
  assert.deepEqual(tracing, { url: 'https://own:4318', service: 'docmgr', ratio: 0.25 })
})

test('an empty variable counts as not set', async () => {
  assert.equal((await load({ env: { DOCMGR_LISTEN_HTTP: '' } })).config.listen.http, 8000)
})

test('all errors are reported at once, with the value, its source, and what is allowed', async () => {
  const problems = await problemsOf({
    env: { DOCMGR_LISTEN_HTTP: '70000', DOCMGR_LOG_LEVEL: 'loud' },
    flags: [{ key: 'changes.slot', text: 'A-B', flag: '--set' }],
  })
  assert.deepEqual(problems.map(({ key, value, origin }) => [key, value, origin]).sort(), [
    ['changes.slot', '"A-B"', '--set'],
    ['listen.http', '70000', 'DOCMGR_LISTEN_HTTP'],
    ['log.level', '"loud"', 'DOCMGR_LOG_LEVEL'],
  ])
  assert.match(problems.find(({ key }) => key === 'listen.http')!.rule, /port from 0 to 65535/)
})

test('secrets are not shown in messages', async () => {
  const [problem] = await problemsOf({ env: { DOCMGR_AUTH_SECRET: 'too short' } })
  assert.equal(problem!.value, '[hidden]')
})

test('unknown names are refused, with the closest known one', async () => {
  const [variable] = await problemsOf({ env: { DOCMGR_LISTN_HOST: 'x' } })
  assert.match(variable!.rule, /did you mean DOCMGR_LISTEN_HOST\?/)
  const [flag] = await problemsOf({ flags: [{ key: 'listen.htp', text: '1', flag: '--set' }] })
  assert.match(flag!.rule, /did you mean listen\.http\?/)
  const path = await configFile(
    'unknown.ts',
    'export default { listen: { hosst: "x" }, lisetn: {}, cache: 7 }',
  )
  const inFile = await problemsOf({ configFile: path })
  assert.deepEqual(
    inFile.map(({ key }) => key),
    ['listen.hosst', 'lisetn', 'cache'],
  )
})

test('a secret can be in a file, but not in two places', async () => {
  const secret = 'a secret of a test, with 32 bytes'
  const path = await configFile('secret', `${secret}\n`)
  const { config, origins } = await load({ env: { DOCMGR_AUTH_SECRET_FILE: path } })
  assert.equal(config.auth.secret, secret)
  assert.equal(describeOrigin(origins.get('auth.secret')!), `DOCMGR_AUTH_SECRET_FILE ${path}`)
  const [twice] = await problemsOf({ env: { DOCMGR_AUTH_SECRET_FILE: path, DOCMGR_AUTH_SECRET: secret } })
  assert.match(twice!.rule, /not both/)
  const [missing] = await problemsOf({ env: { DOCMGR_AUTH_SECRET_FILE: '/nowhere' } })
  assert.match(missing!.rule, /ENOENT/)
})

test('the error of a file that cannot be loaded has its line', async () => {
  const path = await configFile('broken.ts', 'export default {\n  listen: { http: ,\n}')
  const [problem] = await problemsOf({ configFile: path })
  assert.equal(problem!.key, `${path}:2:18`)
  const [none] = await problemsOf({ configFile: await configFile('empty.ts', 'export const x = 1') })
  assert.match(none!.rule, /default export/)
  const [missing] = await problemsOf({ configFile: 'nowhere.ts' })
  assert.match(missing!.rule, /does not exist/)
})

test('data in the file is relative to the file', async () => {
  const path = await configFile('data.ts', `export default { data: 'here' }`)
  assert.equal((await loadConfig({ cwd: '/', env: {}, configFile: path })).config.data, join(cwd, 'here'))
})

for (const [name, env, key, rule] of [
  ['open beyond loopback', { DOCMGR_LISTEN_HOST: '0.0.0.0' }, 'auth.mode', /required/],
  ['two listeners on one port', { DOCMGR_LISTEN_WS: '8000' }, 'listen.ws', /listen\.http/],
  [
    'signatures without documents in the process',
    { DOCMGR_ROLES: 'signature', DOCMGR_DATABASE_URL: 'postgres://db/docmgr' },
    'documents.url',
    /grpc:\/\//,
  ],
  [
    'search on an embedded database without an indexer',
    { DOCMGR_ROLES: 'document,search' },
    'database.url',
    /indexer/,
  ],
  [
    'roles in several processes with a secret each',
    { DOCMGR_ROLES: 'document', DOCMGR_AUTH_MODE: 'required' },
    'auth.secret',
    /same/,
  ],
  [
    'a secret that can be guessed',
    { DOCMGR_AUTH_SECRET: 'changeme'.repeat(4) },
    'auth.secret',
    /too few different characters/,
  ],
  [
    'a secret of viewers that can be guessed',
    { DOCMGR_CACHE_VIEWER_SECRET: 'a'.repeat(32) },
    'cache.viewerSecret',
    /too few different characters: .*openssl/,
  ],
  [
    'a secret of viewers that is published',
    { DOCMGR_AUTH_MODE: 'required', DOCMGR_CACHE_VIEWER_SECRET: 'known-to-everyone-for-development-only' },
    'cache.viewerSecret',
    /known to everyone/,
  ],
] as const) {
  test(`settings that contradict each other are refused: ${name}`, async () => {
    const [problem] = await problemsOf({ env })
    assert.equal(problem!.key, key)
    assert.match(problem!.rule, rule)
  })
}

test('open is accepted on any loopback address', async () => {
  for (const host of ['127.0.0.2', '::1', 'localhost']) await load({ env: { DOCMGR_LISTEN_HOST: host } })
})

test('open mode beyond loopback needs a setting of its own', async () => {
  const env = { DOCMGR_LISTEN_HOST: '0.0.0.0' }
  const [problem] = await problemsOf({ env })
  assert.equal(problem!.key, 'auth.mode')
  const { config } = await load({ env: { ...env, DOCMGR_AUTH_OPEN_BEYOND_LOOPBACK: 'true' } })
  assert.equal(config.auth.openBeyondLoopback, true)
  const [wrong] = await problemsOf({ env: { DOCMGR_AUTH_OPEN_BEYOND_LOOPBACK: 'yes' } })
  assert.equal(wrong!.rule, 'must be true or false')
})

test('roles in several processes need adapters that they can share', async () => {
  const env = {
    DOCMGR_DATABASE_URL: 'postgres://docmgr@db/docmgr',
    DOCMGR_DOCUMENTS_URL: 'grpc://document:50051',
    DOCMGR_AUTH_SERVICES_KEY: serviceKeyOf('ws'),
  }
  const keysOf = async (roles: string): Promise<string[]> =>
    (await problemsOf({ env: { ...env, DOCMGR_ROLES: roles } })).map(({ key }) => key)
  assert.deepEqual(await keysOf('document'), ['blobs.url', 'cache.url'])
  assert.deepEqual(await keysOf('signature'), ['blobs.url'])
  assert.deepEqual(await keysOf('ws'), ['changes.url'])
  assert.deepEqual(await keysOf('indexer'), ['blobs.url', 'changes.url', 'search.url'])
  await load({ env })
  const [split] = await problemsOf({ env: { ...env, DOCMGR_ROLES: 'search' } })
  assert.equal(split!.key, 'search.url')
  assert.match(split!.rule, /start search, indexer in one process, or set it to .*elasticsearch:/)
  for (const roles of ['all', 'indexer']) {
    const kafka = { DOCMGR_CHANGES_URL: 'kafka://kafka:9092', DOCMGR_BLOBS_URL: 's3:', DOCMGR_ROLES: roles }
    const [several, ...others] = await problemsOf({ env: { ...env, ...kafka }, serves: true })
    assert.deepEqual([several!.key, others], ['search.url', []])
    assert.match(several!.rule, /others can take events of changes\.url/)
  }
  // A command such as `docmgr cdc` does not use the index.
  await load({ env: { ...env, DOCMGR_CHANGES_URL: 'kafka://kafka:9092' } })
  const [removed] = await problemsOf({ env: { DOCMGR_SEARCH_URL: 'postgres:' } })
  assert.match(
    removed!.rule,
    /starts with sqlite: or elasticsearch:; the search index is no longer in PostgreSQL/,
  )
  const shared = {
    DOCMGR_BLOBS_URL: 's3:http://minio:9000',
    DOCMGR_CHANGES_URL: 'kafka://kafka:9092',
    DOCMGR_CACHE_URL: 'redis://redis:6379',
    DOCMGR_SEARCH_URL: 'elasticsearch:http://elasticsearch:9200',
  }
  for (const role of ['document', 'signature', 'search', 'ws', 'indexer'])
    await load({ env: { ...env, ...shared, DOCMGR_ROLES: role } })
})

test('a role that uses no database needs no setting for it', async () => {
  const kafka = { DOCMGR_CHANGES_URL: 'kafka://kafka:9092' }
  const elasticsearch = { DOCMGR_SEARCH_URL: 'elasticsearch:http://elasticsearch:9200' }
  const ws = { DOCMGR_ROLES: 'ws', ...kafka, DOCMGR_DOCUMENTS_URL: 'grpc://document:50051' }
  await load({ env: { ...ws, DOCMGR_AUTH_SERVICES_KEY: serviceKeyOf('ws') } })
  await load({ env: { DOCMGR_ROLES: 'search', ...elasticsearch } })
  const indexer = { DOCMGR_ROLES: 'indexer', ...kafka, ...elasticsearch }
  const [problem] = await problemsOf({ env: indexer })
  assert.equal(problem!.key, 'blobs.url')
  await load({ env: { ...indexer, DOCMGR_BLOBS_URL: 's3:' } })
  const [search] = await problemsOf({ env: { DOCMGR_ROLES: 'search' } })
  assert.equal(search!.key, 'search.url')
})

test('a quota of bytes allows a document of the maximum size', async () => {
  for (const owner of ['principal', 'address']) {
    const variable = `DOCMGR_LIMITS_${owner.toUpperCase()}_BYTES`
    const env = { DOCMGR_LIMITS_CONTENT_BYTES: '1000', [variable]: '999' }
    const [problem, ...others] = await problemsOf({ env })
    assert.deepEqual([problem!.key, problem!.origin, others], [`limits.${owner}Bytes`, variable, []])
    assert.match(problem!.rule, /limits\.contentBytes \(1000\)/)
    for (const quota of ['1000', '0', 'off']) await load({ env: { ...env, [variable]: quota } })
  }
  // Of the processes of a deployment, only those of the document role receive the maximum size of contents.
  const elsewhere = { DOCMGR_ROLES: 'search', DOCMGR_SEARCH_URL: 'elasticsearch:http://elasticsearch:9200' }
  await load({ env: { ...elsewhere, DOCMGR_LIMITS_ADDRESS_BYTES: '1000' } })
})

test('half a pair of S3 credentials is refused', async () => {
  const [problem] = await problemsOf({
    env: { DOCMGR_BLOBS_URL: 's3:', DOCMGR_BLOBS_SECRET_KEY: 'some-secret' },
  })
  assert.equal(problem!.key, 'blobs.accessKey')
  assert.match(problem!.rule, /blobs\.secretKey/)
})
