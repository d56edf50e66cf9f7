/**
 * Each role with logins of its own, as compose.production.yml has them: at servers that refuse what a login may not do, and
 * under its own name also where the table has no user for it, so that such a login does not exist.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { passwordFileOf, SERVERS, usersOf } from '../config/access.ts'
import { KafkaClient } from '../kafka/client.ts'
import { topicNames } from '../kafka/topic-names.ts'
import { silentLogger } from '../runtime/logger.ts'
import { runCli } from '../testing/cli.ts'
import { eventually } from '../testing/deadline.ts'
import { freePorts } from '../testing/free-ports.ts'
import { claimKafkaUsers } from '../testing/kafka-users.ts'
import { startRedis } from '../testing/redis-cache.ts'
import { startSecuredElasticsearch } from '../testing/secured-elasticsearch.ts'
import { stack } from '../testing/stack.ts'
import { expectDone, type TopologyNames } from '../testing/topology-names.ts'
import { startTopology, type Topology } from '../testing/topology.ts'
import { type Undo, undoing } from '../testing/undoing.ts'

type Port = keyof typeof SERVERS
const PORTS = Object.keys(SERVERS) as Port[]
const passwordOf = (port: Port, user: string): string => `${user}-at-${SERVERS[port]}`
const SUITES = ['flow', 'documents', 'signatures'].map((name) =>
  fileURLToPath(new URL(`../acceptance/${name}.test.js`, import.meta.url)),
)
const REFUSALS =
  /permission denied|NOPERM|AccessDenied|security_exception|AUTHORIZATION_FAILED|authentication/
/** The role search may have started before the indexer had made the index. */
const BEFORE_INDEX = /the user of search.url may not create it/

const as = (url: string, user: string, password: string): string =>
  Object.assign(new URL(url), { username: user, password }).href
const kafkaAs = (user: string): string => `kafka://${user}:${user}@${stack.kafkaSaslBrokers}?sasl=plain`

/** The servers with users that a topology does not have by itself, and the settings with which a user logs in. */
async function openSecured(undo: Undo) {
  await claimKafkaUsers(undo)
  const elasticsearch = await startSecuredElasticsearch(undo)
  const redis = await startSecuredRedis(undo)
  const loginsOf = (user: string, names: TopologyNames): Record<string, string> => ({
    DOCMGR_DATABASE_URL: as(names.databaseUrl, user, passwordOf('database', user)),
    DOCMGR_DATABASE_DIRECT_URL: as(names.directUrl, user, passwordOf('database', user)),
    DOCMGR_CHANGES_URL: kafkaAs(user),
    DOCMGR_BLOBS_ACCESS_KEY: user,
    DOCMGR_BLOBS_SECRET_KEY: passwordOf('blobs', user),
    DOCMGR_SEARCH_URL: `elasticsearch:${elasticsearch.urlOf(user, passwordOf('search', user))}`,
    // The indexer counts no clients.
    DOCMGR_CACHE_URL: usersOf('cache').has(user) ? as(redis, user, passwordOf('cache', user)) : 'memory:',
  })
  /** `docmgr access apply` as the superusers. */
  const apply = async (names: TopologyNames, env: Record<string, string>): Promise<void> => {
    const folder = join(names.folder, 'secrets')
    await mkdir(folder)
    for (const port of PORTS)
      for (const user of usersOf(port).keys())
        await writeFile(join(folder, passwordFileOf(port, user)), passwordOf(port, user))
    const superusers = {
      DOCMGR_DATABASE_DIRECT_URL: Object.assign(new URL(stack.adminUrl), { pathname: `/${names.database}` })
        .href,
      DOCMGR_CHANGES_URL: kafkaAs('admin'),
      DOCMGR_SEARCH_URL: `elasticsearch:${elasticsearch.urlOf('elastic', 'superuser')}`,
      DOCMGR_CACHE_URL: redis,
    }
    const options = { env: { ...env, ...superusers }, cwd: names.folder }
    expectDone(await runCli(['access', 'apply', '--passwords', folder], options))
  }
  return { elasticsearch, loginsOf, apply }
}

/** @returns its URL, without a user: that of its superuser */
async function startSecuredRedis(undo: Undo): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-test-redis-'))
  undo.after(() => rm(folder, { recursive: true }))
  const users = join(folder, 'users.acl')
  await writeFile(users, '')
  const [port] = await freePorts(1)
  const server = await startRedis(port!, folder, ['--aclfile', users])
  undo.after(() => server.kill())
  return `redis://127.0.0.1:${port}`
}

test('each role and each command does all of its work with logins of its own', async (t) => {
  const undo = undoing(t)
  const { elasticsearch, loginsOf, apply } = await openSecured(undo)
  const topology = await startTopology(
    { document: 1, signature: 1, search: 1, ws: 1, indexer: 1 },
    {
      envOf: loginsOf,
      prepare: apply,
      connector: { 'database.user': 'connect', 'database.password': passwordOf('database', 'connect') },
    },
  )
  undo.after(() => topology.stop())
  await runSuites(topology)

  const { names, env } = topology
  /** A command that fails where it may not do its work. */
  const runAs = async (user: string, ...args: string[]): Promise<void> => {
    const options = { env: { ...env, ...loginsOf(user, names) }, cwd: names.folder, limitMs: 120_000 }
    expectDone(await runCli(args, options))
  }
  await runAs('reindex', 'reindex')
  await runAs('reindex', 'verify', '--repair')
  await runAs('reindex', 'gc')
  await makeDeadLetter(topology)
  await runAs('reindex', 'dead-letters', 'drop', '--all')
  await runAs('reindex', 'backup', join(names.folder, 'backup.tar.gz'))
  await runAs('cdc', 'cdc', 'status', `--connector=${names.connector}`)

  const refused = topology
    .output()
    .split('\n')
    .filter((line) => REFUSALS.test(line) && !BEFORE_INDEX.test(line))
  assert.deepEqual(refused, [])
  elasticsearch.refused.delete('search indices:admin/create')
  assert.deepEqual([...elasticsearch.refused], [])
})

/** A record that no consumer can read, until it is a dead letter. */
async function makeDeadLetter({ names, instances }: Topology): Promise<void> {
  const client = new KafkaClient(`kafka://${stack.kafkaBrokers}`, 'test', silentLogger)
  const { changes } = topicNames(names.prefix)
  await client
    .send(changes[0]!, JSON.stringify({ id: randomUUID() }), 'not JSON')
    .finally(() => client.close())
  const indexer = instances('indexer')[0]!
  await eventually('the dead letter', async () =>
    /docmgr_changes_dead_letters\S* [1-9]/.test(await (await fetch(`${indexer.url}/metrics`)).text()),
  )
}

/** The acceptance suites, which know only the URLs. */
async function runSuites({ urls, instances, output }: Topology): Promise<void> {
  const roles = Object.fromEntries(
    (['document', 'signature', 'search', 'ws'] as const).map((role) => [role, instances(role)[0]!.url]),
  )
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const ACCEPTANCE_URLS = JSON.stringify({ ...urls, ...roles })
  await promisify(execFile)(process.execPath, ['--test', '--test-concurrency=1', ...SUITES], {
    env: { ...env, ACCEPTANCE_URLS },
    timeout: 240_000,
  }).catch((error: Error & { stdout?: string }) => {
    throw new Error(`${error.message}\n${error.stdout}\n${output()}`, { cause: error })
  })
}
