/** What a topology uses on servers that it shares with others: created here, and removed completely. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { createClient } from 'redis'
import type { CliResult } from './cli.ts'
import { makeBuckets, removeBuckets } from './stack-buckets.ts'
import { asAdmin, dropDatabase } from './stack-database.ts'
import { stack } from './stack.ts'

export interface TopologyNames {
  /** temporary, with a data folder for each process */
  folder: string
  database: string
  /** through PgBouncer */
  databaseUrl: string
  directUrl: string
  /** of the topics: PREFIX.documents, PREFIX.signatures */
  prefix: string
  /** what the names of the consumer groups begin with */
  group: string
  /** the connector's name in Kafka Connect */
  connector: string
  /** Debezium's replication slot */
  slot: string
  /** alias of the index */
  index: string
  bucketPrefix: string
  /** with a database number of its own */
  redisUrl: string
}

type Cli = (...args: string[]) => Promise<CliResult>

export interface ClaimedNames extends TopologyNames {
  /** DOCMGR_* settings with these names */
  env: Record<string, string>
  applyConnector(cli: Cli, properties: Record<string, string>): Promise<void>
  removeConnector(cli: Cli): Promise<void>
  /** Removes everything but the connector, which must be gone. */
  release(): Promise<void>
}

export async function claimNames(): Promise<ClaimedNames> {
  const id = randomBytes(5).toString('hex')
  const database = `topology_${id}`
  const at = (url: string): string => Object.assign(new URL(url), { pathname: `/${database}` }).href
  const redis = await claimRedisDatabase(id)
  const names: TopologyNames = {
    folder: await mkdtemp(join(tmpdir(), 'docmgr-topology-')),
    database,
    databaseUrl: at(stack.databaseUrl),
    directUrl: at(stack.databaseDirectUrl),
    prefix: `cdc-${id}`,
    group: `docmgr-${id}`,
    connector: `docmgr-${id}`,
    slot: `${database}_cdc`,
    index: `documents-${id}`,
    bucketPrefix: `t${id}-`,
    redisUrl: redis.url,
  }
  await asAdmin((admin) =>
    admin.query(`create database ${database} owner ${new URL(stack.databaseDirectUrl).username}`),
  )
  const buckets = ['documents', 'signatures', 'previews'].map((bucket) => names.bucketPrefix + bucket)
  await makeBuckets(buckets)

  return {
    ...names,
    env: settingsOf(names),
    applyConnector: (cli, properties) => applyConnector(names, cli, properties),
    removeConnector: (cli) => removeConnector(names, cli),
    async release() {
      const steps = [
        () => removeTopics(names),
        () => removeIndices(names),
        () => asAdmin((admin) => dropDatabase(admin, database)),
        () => removeBuckets(buckets),
        () => redis.release(),
        () => rm(names.folder, { recursive: true, force: true }),
      ]
      const results = await Promise.allSettled(steps.map((step) => step()))
      const problems = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
      if (problems.length > 0) throw new AggregateError(problems, problems.join('; '))
    },
  }
}

function settingsOf(names: TopologyNames): Record<string, string> {
  return {
    DOCMGR_DATABASE_URL: names.databaseUrl,
    DOCMGR_DATABASE_DIRECT_URL: names.directUrl,
    DOCMGR_BLOBS_URL: `s3:${stack.s3Endpoint}`,
    DOCMGR_BLOBS_ACCESS_KEY: stack.s3AccessKey,
    DOCMGR_BLOBS_SECRET_KEY: stack.s3SecretKey,
    DOCMGR_BLOBS_BUCKET_PREFIX: names.bucketPrefix,
    DOCMGR_CACHE_URL: names.redisUrl,
    DOCMGR_CHANGES_URL: `kafka://${stack.kafkaBrokers}`,
    DOCMGR_CHANGES_PREFIX: names.prefix,
    DOCMGR_CHANGES_GROUP: names.group,
    // `docmgr cdc` puts _cdc after it.
    DOCMGR_CHANGES_SLOT: names.database,
    DOCMGR_CHANGES_CONNECT_URL: stack.connectUrl,
    DOCMGR_SEARCH_URL: `elasticsearch:${stack.elasticsearchUrl}`,
    DOCMGR_SEARCH_INDEX: names.index,
  }
}

/** The worker has the addresses of one database in its environment; this connector gets those of another. */
async function applyConnector(names: TopologyNames, cli: Cli, more: Record<string, string>): Promise<void> {
  const { hostname, port } = new URL(names.directUrl)
  const properties = {
    'database.hostname': hostname,
    'database.port': port,
    'database.user': 'debezium',
    'database.dbname': names.database,
    'poll.interval.ms': '10',
    ...more,
  }
  const flags = Object.entries(properties).map(([key, value]) => `--property=${key}=${value}`)
  expectDone(await cli('cdc', 'apply', `--connector=${names.connector}`, ...flags))
}

async function removeConnector(names: TopologyNames, cli: Cli): Promise<void> {
  // Only who may replicate may drop a slot.
  const admin = Object.assign(new URL(stack.adminUrl), { pathname: `/${names.database}` }).href
  const flags = [`--connector=${names.connector}`, `--set=database.directUrl=${admin}`]
  expectDone(await cli('cdc', 'delete', '--yes', ...flags))
}

export function expectDone({ code, stdout, stderr }: CliResult): void {
  if (code !== 0) throw new Error(`a command ended with ${code}: ${stdout}${stderr}`)
}

/** Its topics and consumer groups. */
async function removeTopics({ prefix, group }: TopologyNames): Promise<void> {
  const admin = new Kafka({ brokers: stack.kafkaBrokers.split(','), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const { groups } = await admin.listGroups()
    const own = groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(group))
    // One whose members kept their place when they ended goes by itself.
    if (own.length > 0) await admin.deleteGroups(own).catch(() => {})
    const topics = (await admin.listTopics()).filter((topic) => topic.includes(prefix))
    if (topics.length > 0) await admin.deleteTopics({ topics })
  } finally {
    await admin.disconnect()
  }
}

async function removeIndices({ index }: TopologyNames): Promise<void> {
  const send = (method: string, path: string): Promise<Response> =>
    fetch(`${stack.elasticsearchUrl}/${path}`, { method, signal: AbortSignal.timeout(30_000) })
  const found = (await (await send('GET', `_cat/indices/${index}*?format=json`)).json()) as {
    index: string
  }[]
  for (const { index } of found) await send('DELETE', index)
}

/** Claims one of the server's sixteen databases for at most an hour; `release` empties it. */
async function claimRedisDatabase(owner: string): Promise<{ url: string; release(): Promise<void> }> {
  const root = await createClient({ url: stack.redisUrl }).connect()
  try {
    for (let number = 15; number > 4; number--) {
      const claim = `test:database:${number}`
      if (
        (await root.set(claim, owner, { condition: 'NX', expiration: { type: 'EX', value: 3_600 } })) === null
      )
        continue
      const url = `${stack.redisUrl.replace(/\/\d*$/, '')}/${number}`
      const release = async (): Promise<void> => {
        const own = await createClient({ url }).connect()
        await own.flushDb()
        await own.select(0)
        await own.del(claim)
        await own.close()
      }
      return { url, release }
    }
  } finally {
    await root.close()
  }
  throw new Error(
    'every database of Redis is claimed: stop other topologies, or delete the keys test:database:*',
  )
}
