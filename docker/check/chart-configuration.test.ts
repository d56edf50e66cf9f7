/** Whether every pod is configured as its role needs it, and gets the requests of its role. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import {
  ALL,
  componentOf,
  containerOf,
  hookWeight,
  type KubernetesObject,
  only,
  podOf,
  type Rendered,
  runsAtRollback,
  SECRET_FILES,
  variablesOf,
} from './chart-model.ts'
import { createKeyPair } from '../../src/testing/service-keys.ts'
import { CLI, configurationOf, IMAGE_ENVIRONMENT } from './docmgr-config.ts'

const generated = createKeyPair()

const SAMPLE_SECRETS: Record<string, string> = {
  'auth-secret': 'a secret of at least thirty-two bytes',
  'auth-services-key': generated.key,
  'auth-services-keys': `signature:${generated.publicKey}\nws:${generated.publicKey}`,
  'database-url': 'postgres://docmgr:secret@pgbouncer:6432/docmgr',
  'database-direct-url': 'postgres://docmgr:secret@postgres:5432/docmgr',
  'cache-url': 'redis://:secret@redis:6379',
  'changes-url': 'kafka://kafka-0:9092,kafka-1:9092',
  'search-url': 'elasticsearch:http://elastic:secret@elasticsearch:9200',
  'blobs-access-key': 'docmgr',
  'blobs-secret-key': 'secret',
  'cache-viewer-secret': 'another secret of at least thirty-two bytes',
  'auth-second-secret': 'a second secret of at least thirty-two bytes',
  'auth-services-second-key': generated.key,
  'auth-scrape-token': 'a token of at least thirty-two bytes',
  'auth-oidc-client-secret': 'secret',
}

interface SecretItem {
  key: string
  path: string
}

/** A key of a Secret. The chart's own Secret must exist before the pod starts; others get a sample. */
function secretValue(
  rendered: Rendered,
  workload: KubernetesObject,
  name: string,
  { key, path }: SecretItem,
): string {
  const { existing, from = {}, values = {} } = rendered.secretValues
  if (Object.keys(values).length === 0) {
    const known = [existing, ...Object.values(from).map((source) => source.name)]
    assert.ok(known.includes(name), name)
    return SAMPLE_SECRETS[path]!
  }
  const secret = rendered.named('Secret', name)
  const [made, needed] = [hookWeight(secret), hookWeight(workload)]
  const inTime = made === undefined ? needed === undefined : needed !== undefined && made < needed
  assert.ok(inTime, `${workload.metadata.name}: ${name} is created too late`)
  if (runsAtRollback(workload)) assert.ok(runsAtRollback(secret), `${name} is missing at a rollback`)
  return Buffer.from(secret.data![key]!, 'base64').toString()
}

interface ProjectedSecret {
  secret: { name: string; items: SecretItem[] }
}

const projectedSecrets = (workload: KubernetesObject): ProjectedSecret[] =>
  (podOf(workload).spec.volumes as { projected?: { sources: ProjectedSecret[] } }[]).flatMap(
    ({ projected }) => projected?.sources ?? [],
  )

/** The container's variables as Kubernetes would set them, with the secrets' files in `folder`. */
function environmentOf(
  rendered: Rendered,
  workload: KubernetesObject,
  folder: string,
): Record<string, string> {
  const files = new Map<string, string>()
  for (const { secret } of projectedSecrets(workload))
    for (const item of secret.items) files.set(item.path, secretValue(rendered, workload, secret.name, item))

  const environment: Record<string, string> = {}
  for (const { name, value = '', valueFrom } of containerOf(workload).env) {
    assert.ok(!(name in environment), `${name} twice`)
    if (valueFrom) {
      const { name: secret, key } = valueFrom.secretKeyRef
      const path = name.replace('DOCMGR_', '').replaceAll('_', '-').toLowerCase()
      environment[name] = secretValue(rendered, workload, secret, { key, path })
    } else if (value.startsWith(SECRET_FILES)) {
      const key = value.slice(SECRET_FILES.length)
      assert.ok(files.has(key), `${name} names ${key}, which is not mounted`)
      writeFileSync(join(folder, key), files.get(key)!)
      files.delete(key)
      environment[name] = join(folder, key)
    } else environment[name] = value
  }
  assert.equal(files.size, 0, `mounted and not read: ${[...files.keys()].join(', ')}`)
  return environment
}

test('docmgr accepts the configuration of every pod, and uses every variable of it', () => {
  for (const rendered of ALL) {
    for (const workload of rendered.workloads()) {
      const folder = mkdtempSync(join(tmpdir(), 'docmgr-chart-'))
      const environment = { ...IMAGE_ENVIRONMENT, ...environmentOf(rendered, workload, folder) }
      const found = configurationOf(environment)
      rmSync(folder, { recursive: true })
      const name = `${rendered.name}: ${workload.metadata.name}`
      assert.ok('settings' in found, `${name}: ${'problem' in found ? found.problem : ''}`)
      const used = [...found.settings.values()].filter(({ origin }) => origin === 'environment')
      const given = Object.keys(environment).filter((variable) => variable.startsWith('DOCMGR_'))
      assert.deepEqual(
        used.map(({ variable }) => variable).toSorted(),
        given.map((variable) => variable.replace(/_FILE$/, '')).toSorted(),
        name,
      )
      if (workload.kind !== 'Deployment') continue
      assert.deepEqual(found.settings.get('DOCMGR_ROLES')!.value, [componentOf(workload)], name)
      assert.equal(found.settings.get('DOCMGR_AUTH_MODE')!.value, 'required', name)
    }
  }
})

test('each role has the secrets that it needs, and no others', () => {
  const needed: Record<string, string> = {
    document:
      'auth-oidc-client-secret auth-scrape-token auth-second-secret auth-secret auth-services-keys blobs-secret-key cache-url cache-viewer-secret database-direct-url database-url',
    signature:
      'auth-scrape-token auth-services-key blobs-secret-key cache-url database-direct-url database-url',
    search: 'auth-scrape-token auth-services-key cache-url search-url',
    ws: 'auth-scrape-token auth-services-key auth-services-second-key cache-url changes-url',
    indexer: 'auth-scrape-token auth-services-key blobs-secret-key changes-url search-url',
    migrate: 'database-direct-url database-url',
    access: 'blobs-secret-key cache-url changes-url database-direct-url database-url search-url',
    connector: 'changes-url database-direct-url database-url',
    gc: 'blobs-secret-key changes-url database-direct-url database-url search-url',
  }
  for (const workload of only(ALL.filter(({ name }) => name === 'production')).workloads()) {
    const files = Object.values(variablesOf(workload)).filter((value) => value.startsWith(SECRET_FILES))
    const keys = files.map((file) => file.slice(SECRET_FILES.length))
    assert.equal(keys.toSorted().join(' '), needed[componentOf(workload)], componentOf(workload))
  }
})

/** Keys of servers that know users (src/config/access.ts). */
const LOGINS = ['database-url', 'database-direct-url', 'changes-url', 'search-url', 'blobs-secret-key']

test('no two pods share a login where each has its own', () => {
  const owners = new Map<string, string>()
  for (const workload of only(ALL.filter(({ name }) => name === 'production')).workloads()) {
    const component = componentOf(workload)
    for (const { secret } of projectedSecrets(workload)) {
      for (const { key, path } of secret.items.filter(({ path }) => LOGINS.includes(path))) {
        const login = `${path}: ${secret.name} ${key}`
        assert.equal(owners.get(login), undefined, `${component} shares ${login}`)
        owners.set(login, component)
      }
    }
    for (const { valueFrom } of containerOf(workload).env)
      if (valueFrom) assert.equal(valueFrom.secretKeyRef.key, `${component}-blobs-access-key`)
  }
  assert.equal(owners.size, 26)
})

test('the roles signature, search, ws and indexer find all pods of the document role', () => {
  const roles = ['signature', 'search', 'ws', 'indexer'] as const
  for (const [rendered, role] of ALL.flatMap((one) => roles.map((role) => [one, role] as const))) {
    const url = variablesOf(rendered.deployment(role))['DOCMGR_DOCUMENTS_URL']!
    const [, host, port] = /^grpc:\/\/([a-z0-9-]+):(\d+)$/.exec(url)!
    const { spec } = rendered.named('Service', host!)
    assert.equal(spec.clusterIP, 'None')
    assert.equal(only<{ port: number }>(spec.ports).port, Number(port))
    assert.equal(componentOf(only(rendered.selectedBy(spec.selector))), 'document')
  }
})

test('the jobs run in order before everything else, end, and are commands of docmgr', () => {
  const commands = new Set<string>()
  for (const rendered of ALL) {
    const jobs = rendered.of('Job').toSorted((a, b) => hookWeight(a)! - hookWeight(b)!)
    const order = ['migrate', 'access', 'connector'].filter((name) =>
      jobs.some((job) => componentOf(job) === name),
    )
    assert.deepEqual(jobs.map(componentOf), order)
    for (const job of jobs) {
      // A rollback restores the connector of its release, and leaves the schema.
      assert.equal(runsAtRollback(job), componentOf(job) === 'connector')
      assert.ok(job.spec.backoffLimit > 0 && job.spec.activeDeadlineSeconds > 0)
      // The release's own service account does not exist yet.
      assert.ok(!('serviceAccountName' in podOf(job).spec))
    }
    for (const { spec } of rendered.of('CronJob')) assert.equal(spec.concurrencyPolicy, 'Forbid')
    for (const workload of rendered.workloads()) commands.add(containerOf(workload).args.join(' '))
  }
  for (const command of commands) {
    const words = command.split(' ')
    const { stdout } = spawnSync(process.execPath, [CLI, words[0]!, '--help'], { encoding: 'utf8' })
    for (const word of words) assert.ok(stdout.includes(word.split('=')[0]!), `docmgr ${command}: no ${word}`)
  }
})

test('a pod has the time to stop', () => {
  for (const deployment of ALL.flatMap((rendered) => rendered.of('Deployment'))) {
    const { DOCMGR_SHUTDOWN_DRAIN: drain, DOCMGR_SHUTDOWN_LIMIT: limit } = variablesOf(deployment)
    const grace = podOf(deployment).spec.terminationGracePeriodSeconds * 1_000
    assert.ok(Number(drain) + Number(limit) <= grace)
    assert.ok(Number(drain) <= Number(limit) / 2)
  }
})

const PATHS =
  `/documents /documents/ /documents/1 /documents/1/stats /documents/1/content /documents/1/signatures
  /documents/1/signatures/ /documents/1/signatures/2 /documents/1/signaturesx /signatures /signatures/1 /search /suggest
  /aggregations/status /ws /ws/1 /events /documents/1/events /documents/1/eventsx /events/x /auth/token /auth/ticket /auth/session /auth/oidc/login /auth/oidcx /login /login/x /broadcast/1 /dead-letters /dead-letters/retry /dead-lettersx /totals /totals/x /totalsx /search/totals /stats /openapi.json /asyncapi.json /document.DocumentService/GetDocument
  / /metrics /health/live /health/ready /docs /docs/start.js /docsx /status /status/x /d/1 /d/1/sign /dx /console/main.js /searching /documentsx /stats/x /openapixjson`.split(
    /\s+/,
  )

interface IngressPath {
  path: string
  pathType: string
  backend: { service: { name: string } }
}
interface KongService {
  name: string
  routes: { paths?: string[]; regex_priority: number }[]
}

test('the Ingress sends every path where kong.yml does', () => {
  const { services } = parse(readFileSync('docker/kong.yml', 'utf8'), { merge: true }) as {
    services: KongService[]
  }
  const controllers = new Set<string>()
  for (const rendered of ALL) {
    for (const { metadata, spec } of rendered.of('Ingress')) {
      const kong = metadata.annotations!['konghq.com/strip-path'] === 'false'
      assert.ok(kong || metadata.annotations!['nginx.ingress.kubernetes.io/use-regex'] === 'true')
      controllers.add(kong ? 'kong' : 'nginx')
      const { paths } = only<{ http: { paths: IngressPath[] } }>(spec.rules).http
      for (const path of PATHS) {
        const service = ingressService(paths, path, kong)
        const selector = service && rendered.named('Service', service).spec.selector
        const role = selector && componentOf(only(rendered.selectedBy(selector)))
        assert.equal(role, gatewayService(services, path), `${rendered.name}: ${path}`)
      }
    }
  }
  assert.deepEqual([...controllers].toSorted(), ['kong', 'nginx'])
})

/** The greatest of the ranks; a rank is compared number by number. */
function best<T>(candidates: { rank: number[]; value: T }[]): T | undefined {
  return candidates.toSorted((a, b) => b.rank[0]! - a.rank[0]! || (b.rank[1] ?? 0) - (a.rank[1] ?? 0))[0]
    ?.value
}

const startsWith = (path: string, expression: string): boolean => new RegExp(`^(?:${expression})`).test(path)

function gatewayService(services: KongService[], path: string): string | undefined {
  return best(
    services.flatMap(({ name, routes }) =>
      routes
        .filter(({ paths = [] }) => paths.some((pattern) => startsWith(path, pattern.slice(1))))
        .map(({ regex_priority }) => ({ rank: [regex_priority], value: name })),
    ),
  )
}

/** Kong prefers expressions, then exact paths, then the longest prefix; nginx the longest expression. */
function ingressService(paths: IngressPath[], path: string, kong: boolean): string | undefined {
  const rankOf = ({ path: text, pathType }: IngressPath): number[] | undefined => {
    const length = text.length
    if (!kong) return startsWith(path, text) ? [length] : undefined
    if (pathType === 'ImplementationSpecific')
      return startsWith(path, text.slice(2)) ? [2, length] : undefined
    if (pathType === 'Exact') return text === path ? [1, length] : undefined
    return `${path}/`.startsWith(`${text.replace(/\/$/, '')}/`) ? [0, length] : undefined
  }
  return best(
    paths.flatMap((entry) => {
      const rank = rankOf(entry)
      return rank ? [{ rank, value: entry.backend.service.name }] : []
    }),
  )
}
