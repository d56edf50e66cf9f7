/** What a topology owns on the servers that it shares with others: made here, and removed without a trace. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { createClient } from 'redis'
import type { CliResult } from './cli.ts'
import { emptyBucket, withS3 } from './stack-buckets.ts'
import { asAdmin, dropDatabase } from './stack-database.ts'
import { stack } from './stack.ts'

export interface TopologyNames {
  /** temporary, with a data folder a process */
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

const BUCKETS = ['documents', 'signatures', 'previews']

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
    slot: `topology_${id}_cdc`,
    index: `documents-${id}`,
    bucketPrefix: `t${id}-`,
    redisUrl: redis.url,
  }
  await asAdmin((admin) => admin.query(`create database ${database} owner ${new URL(stack.databaseDirectUrl).username}`))
  await withS3(async (s3) => {
    for (const bucket of BUCKETS) await s3.createBucket(names.bucketPrefix + bucket)
  })

  return {
    ...names,
    env: settingsOf(names, `topology_${id}`),
    applyConnector: (cli, properties) => applyConnector(names, cli, properties),
    removeConnector: (cli) => removeConnector(names, cli),
    async release() {
      const steps = [
        () => removeTopics(names),
        () => removeIndices(names),
        () => asAdmin((admin) => dropDatabase(admin, database)),
        () => withS3(async (s3) => {
          for (const bucket of BUCKETS) await emptyBucket(s3, names.bucketPrefix + bucket)
        }),
        () => redis.release(),
        () => rm(names.folder, { recursive: true, force: true }),
      ]
      const results = await Promise.allSettled(steps.map((step) => step()))
      const problems = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
      if (problems.length > 0) throw new AggregateError(problems, problems.join('; '))
    },
  }
}

function settingsOf(names: TopologyNames, slot: string): Record<string, string> {
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
    DOCMGR_CHANGES_SLOT: slot,
    DOCMGR_CHANGES_CONNECT_URL: stack.connectUrl,
    DOCMGR_SEARCH_URL: `elasticsearch:${stack.elasticsearchUrl}`,
    DOCMGR_SEARCH_INDEX: names.index,
  }
}
