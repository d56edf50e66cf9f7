import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from './runtime/package-root.ts'

/** A source file with the modules that it imports: paths below src for our own, package names for others. */
interface Source {
  path: string
  text: string
  imports: string[]
}

const SRC = join(packageRoot(), 'src')
const IMPORT = /(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)'([^']+)'/g

/** Which other folders the product's code of a folder may import, types included. Only app.ts and commands import app. */
const LAYERS: Record<string, readonly string[]> = {
  domain: [],
  runtime: ['domain'],
  config: ['domain', 'runtime'],
  auth: ['domain', 'runtime'],
  extraction: ['domain', 'runtime'],
  db: ['domain', 'runtime'],
  http: ['auth', 'domain', 'runtime'],
  rpc: ['auth', 'domain', 'http', 'runtime'],
  kafka: ['domain', 'runtime'],
  ports: ['auth', 'db', 'domain', 'kafka', 'rpc', 'runtime'],
  roles: ['auth', 'db', 'domain', 'extraction', 'http', 'runtime'],
  client: ['app', 'auth', 'config', 'data-folder', 'domain', 'http', 'runtime'],
  'data-folder': ['runtime'],
  cdc: ['client', 'config', 'db', 'domain', 'runtime'],
  app: [
    'auth',
    'config',
    'data-folder',
    'db',
    'domain',
    'extraction',
    'http',
    'kafka',
    'ports',
    'roles',
    'rpc',
    'runtime',
  ],
  commands: [
    'app',
    'auth',
    'cdc',
    'client',
    'config',
    'data-folder',
    'db',
    'domain',
    'extraction',
    'runtime',
  ],
  'cli.ts': ['commands'],
  // Runs in the browser.
  console: [],
  acceptance: ['testing'],
  chaos: [],
}

/** A port's contract may be named by everything that stands on ports, an adapter never. */
const USES_PORTS = ['app', 'client', 'commands', 'roles', 'rpc']
/** The registry of adapters: their schemes and what they need, loaded when one is opened. */
const REGISTRY = 'ports/adapters.ts'
const USES_REGISTRY = ['app', 'client', 'commands', 'config']

const isOwn = (name: string): boolean => /\.tsx?$/.test(name)

const sources: Source[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => isOwn(path) && !path.startsWith('rpc/gen/') && path !== 'console/api/schema.ts')
  .map((path) => {
    const text = readFileSync(join(SRC, path), 'utf8')
    const imports = [...text.matchAll(IMPORT)].map(([, name]) =>
      name!.startsWith('.') ? normalize(join(dirname(path), name!)) : name!,
    )
    return { path, text, imports }
  })

const isTest = ({ path }: Source): boolean =>
  /\.test\.ts$|\/contract-suite\.ts$|^(testing|acceptance|bench|chaos)\//.test(path)
const product = sources.filter((source) => !isTest(source))
/** The first folder of a path; the composition root counts as app. */
const folderOf = (path: string): string => (path === 'app.ts' ? 'app' : path.split('/')[0]!)
const below = (folder: string, files = product): Source[] =>
  files.filter(({ path }) => folderOf(path) === folder)

/** The imports that `allowed` refuses, as `file → import`. */
function violations(files: Source[], allowed: (name: string, from: Source) => boolean): string[] {
  return files.flatMap((from) =>
    from.imports.filter((name) => !allowed(name, from)).map((name) => `${from.path} → ${name}`),
  )
}

test('every folder has a layer', () => {
  const folders = new Set(product.map(({ path }) => folderOf(path)))
  assert.deepEqual([...folders].filter((folder) => !(folder in LAYERS)).sort(), [])
})

for (const [folder, layers] of Object.entries(LAYERS)) {
  test(`${folder} imports only ${['itself', ...layers].join(', ')}`, () => {
    const files = below(folder, ['acceptance', 'chaos'].includes(folder) ? sources : product)
    assert.ok(files.length > 0)
    const allowed = (name: string): boolean =>
      !isOwn(name) ||
      folderOf(name) === folder ||
      layers.includes(folderOf(name)) ||
      (USES_REGISTRY.includes(folder) && name === REGISTRY) ||
      (USES_PORTS.includes(folder) && /^ports\/[^/]+\/port\.ts$/.test(name))
    assert.deepEqual(violations(files, allowed), [])
  })
}

test('no package is imported by the domain', () => {
  assert.deepEqual(violations(below('domain'), isOwn), [])
})

test('a port imports no other port, and a role no other role', () => {
  const ownFolder = (path: string): string => path.split('/').slice(0, 2).join('/')
  for (const folder of ['ports', 'roles']) {
    const allowed = (name: string, { path }: Source): boolean =>
      folderOf(name) !== folder ||
      ownFolder(name) === ownFolder(path) ||
      path === REGISTRY ||
      name === REGISTRY
    assert.deepEqual(violations(below(folder), allowed), [])
  }
})

test('embedded PostgreSQL knows of the database only its types', () => {
  const files = product.filter(({ path }) => path.startsWith('db/embedded/'))
  const allowed = (name: string): boolean => !/^db\/(?!embedded\/|database\.ts$)/.test(name)
  assert.deepEqual(violations(files, allowed), [])
})

test('no files import each other in a circle, types included', () => {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    if (done.has(path) || trail.includes(path)) return
    for (const next of byPath.get(path)?.imports ?? []) if (isOwn(next)) visit(next, [...trail, path])
    done.add(path)
  }
  for (const { path } of sources) visit(path, [])
  assert.deepEqual(circles, [])
})

test('each SDK is named in one file', () => {
  const sdks = [
    '@aws-sdk/client-s3',
    '@elastic/elasticsearch',
    '@grpc/reflection',
    '@opentelemetry/api',
    '@opentelemetry/exporter-trace-otlp-http',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-trace',
    '@platformatic/kafka',
    'busboy',
    'cli-progress',
    'jiti',
    'jsonwebtoken',
    'kafkajs',
    'openid-client',
    'pg-logical-replication',
    'pino',
    'postal-mime',
    'prom-client',
    'redis',
    'unpdf',
    'validator/lib/isEmail.js',
    'iconv-lite',
    'jschardet',
    'grpc-health-check',
    'proxy-addr',
    'raw-body',
    'zod-openapi',
  ]
  const spread = sdks
    .map(
      (sdk) => [sdk, product.filter(({ imports }) => imports.includes(sdk)).map(({ path }) => path)] as const,
    )
    .filter(([, files]) => files.length > 1)
  assert.deepEqual(spread, [])
})

test('only src/config reads the environment', () => {
  const readers = product.filter(
    ({ path, text }) => !path.startsWith('config/') && /process\.env\b/.test(text),
  )
  assert.deepEqual(
    readers.map(({ path }) => path),
    [],
  )
})
