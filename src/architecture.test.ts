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

const src = join(packageRoot(), 'src')
const IMPORT = /(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)'([^']+)'/g

const sources: Source[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('rpc/gen/'))
  .map((path) => {
    const text = readFileSync(join(src, path), 'utf8')
    const imports = [...text.matchAll(IMPORT)].map(([, name]) =>
      name!.startsWith('.') ? normalize(join(dirname(path), name!)) : name!,
    )
    return { path, text, imports }
  })

const isTest = ({ path }: Source): boolean =>
  /\.test\.ts$|\/contract\.ts$|^(testing|acceptance|bench)\//.test(path)
const product = sources.filter((source) => !isTest(source))
/** The composition root. */
const isRoot = (path: string): boolean => path === 'app.ts' || path.startsWith('app/')
/** The registry of adapters: others ask it for their properties. */
const REGISTRY = 'ports/adapters.ts'
const isOwn = (name: string): boolean => name.endsWith('.ts')

/** The imports that `allowed` refuses, as `file → import`. */
function offences(files: Source[], allowed: (name: string, from: Source) => boolean): string[] {
  return files.flatMap((from) =>
    from.imports.filter((name) => !allowed(name, from)).map((name) => `${from.path} → ${name}`),
  )
}

test('the domain imports nothing but itself', () => {
  const domain = product.filter(({ path }) => path.startsWith('domain/'))
  assert.ok(domain.length > 3)
  assert.deepEqual(
    offences(domain, (name) => name.startsWith('domain/')),
    [],
  )
})

test('an adapter imports its own port, the domain, the runtime, the database and its SDK', () => {
  const adapters = product.filter(({ path }) => path.startsWith('ports/'))
  /** Two ports use Kafka; its client stands in the folder of the first. */
  const sharesKafka = (name: string, { path }: Source): boolean =>
    path === 'ports/cluster/kafka.ts' && name.startsWith('ports/changes/kafka/')
  const allowed = (name: string, from: Source): boolean =>
    !isOwn(name) ||
    from.path === REGISTRY ||
    name === REGISTRY ||
    name.startsWith(`${from.path.split('/').slice(0, 2).join('/')}/`) ||
    /^(domain|runtime|db|rpc|auth)\//.test(name) ||
    sharesKafka(name, from)
  assert.ok(adapters.length > 10)
  assert.deepEqual(offences(adapters, allowed), [])
})

test('a role imports no other role, no adapter and no open.ts', () => {
  const roles = product.filter(({ path }) => path.startsWith('roles/'))
  const allowed = (name: string, { path }: Source): boolean => {
    const own = path.split('/').slice(0, 2).join('/')
    if (name.startsWith('roles/')) return name.startsWith(`${own}/`)
    if (name.startsWith('ports/')) return name.endsWith('/port.ts')
    return !isRoot(name) && !name.endsWith('/open.ts')
  }
  assert.ok(roles.length > 10)
  assert.deepEqual(offences(roles, allowed), [])
})

test('only the composition root knows roles and adapters', () => {
  const others = product.filter(({ path }) => !isRoot(path) && !/^(roles|ports)\//.test(path))
  assert.deepEqual(
    offences(
      others,
      (name) =>
        name === REGISTRY ||
        (!name.startsWith('roles/') && !(name.startsWith('ports/') && !name.endsWith('/port.ts'))),
    ),
    [],
  )
})

test('the runtime stands below everything but the domain', () => {
  const runtime = product.filter(({ path }) => path.startsWith('runtime/'))
  assert.deepEqual(
    offences(runtime, (name) => !isOwn(name) || /^(runtime|domain)\//.test(name)),
    [],
  )
})

test('each SDK is named in one file', () => {
  const sdks = [
    '@aws-sdk/client-s3',
    '@elastic/elasticsearch',
    '@grpc/reflection',
    '@platformatic/kafka',
    'busboy',
    'cli-progress',
    'jiti',
    'jsonwebtoken',
    'kafkajs',
    'pg-logical-replication',
    'pino',
    'prom-client',
    'redis',
    'unpdf',
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

test('files are small', () => {
  const long = product.filter(({ text }) => text.split('\n').length > 350).map(({ path }) => path)
  assert.deepEqual(long, [])
})
