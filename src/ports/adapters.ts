/**
 * The registry of adapters. It is the only place that knows the schemes of URLs; everything else asks for a property of
 * the adapter that a URL selects. A new adapter is its own file and an entry here. The code of an adapter is loaded when
 * it is opened.
 */
import type { DatabaseAccessOptions, DatabaseLevel } from '../db/access.ts'
import type { Database } from '../db/database.ts'
import type { DatabaseOptions } from '../db/open.ts'
import type { KafkaAccessOptions, KafkaLevel } from '../kafka/access.ts'
import type { CallClientOptions } from '../rpc/call-client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { SharedCounts } from '../runtime/limiter.ts'
import type { Logger } from '../runtime/logger.ts'
import type { BlobsDriver } from './blobs/driver.ts'
import type { S3AccessOptions, S3Level } from './blobs/s3-access.ts'
import type { S3Options } from './blobs/s3.ts'
import type { DocumentCache } from './cache/port.ts'
import type { RedisAccessOptions, RedisLevel } from './cache/redis-access.ts'
import type { ViewStore } from './cache/view-store.ts'
import type { ViewerHash } from './cache/viewer-hash.ts'
import type { OpenDeadLetters } from './changes/delivery/dead-letters.ts'
import type { FeedResources, GroupBacklog } from './changes/driver.ts'
import type { OpenFeed } from './changes/feed.ts'
import type { Consumer } from './changes/port.ts'
import type { ClusterResources } from './cluster/kafka.ts'
import type { Cluster } from './cluster/port.ts'
import type { Documents } from './documents/port.ts'
import { HTTP2_GREETING, HTTP_GREETING, KAFKA_GREETING, REDIS_GREETING } from './greetings.ts'
import type { ElasticsearchAccessOptions, ElasticsearchLevel } from './search/elasticsearch/access.ts'
import type { SearchIndex } from './search/port.ts'
import type { SearchResources } from './search/resources.ts'
import type { IndexFileState } from './search/sqlite/file-state.ts'
export { HTTP_GREETING } from './greetings.ts'

export interface BlobsResources extends S3Options {
  /** where `file:` keeps objects, unless the URL has a path */
  folder: string
  /** keeps small objects, where the adapter belongs to this process */
  database?: Database | undefined
}

export interface CacheResources {
  database: Database
  /** maximum number of documents in memory */
  entries: number
  views: ViewStore
  viewerHash: ViewerHash
  clock: Clock
  log: Logger
}

export interface DocumentsResources extends Omit<CallClientOptions, 'url'> {
  /** the document role, where it runs in this process */
  role: Documents | undefined
}

interface Adapter<Resources, Opened> {
  /** what its URLs begin with; the first one is for messages */
  prefixes: readonly [string, ...string[]]
  /** an example for messages, such as `redis://host:port` */
  example: string
  /** Whether several processes can use it at once. Otherwise it belongs to the process that opened it. */
  isShared(url: string): boolean
  /** it works on the database of this process */
  needsDatabase?: true
  /** the server that its URL names, the port of a URL without one, and what it answers without knowing who asks */
  server?: { name: string; port?: number; greeting: string }
  /** Debezium writes what it reads */
  needsConnector?: true
  /** how the indexer writes to it most efficiently */
  batching?: { maxBatch: number; concurrency: number }
  /** @throws Error with a sentence for the operator */
  open(url: string, resources: Resources): Promise<Opened>
}

/** What a user may do at the server of each port. */
export interface Access {
  database?: DatabaseLevel
  changes?: KafkaLevel
  blobs?: S3Level
  search?: ElasticsearchLevel
  cache?: RedisLevel
}

/** An adapter of a server that knows users. */
interface WithUsers<Level, Options> {
  /**
   * Gives users of the server their rights, as the superuser of the configuration; it may be repeated.
   * @returns what was done, in words
   */
  applyAccess?(url: string, users: ReadonlyMap<string, Level>, options: Options): Promise<string>
}

interface ChangesAdapter extends Adapter<FeedResources, OpenFeed>, WithUsers<KafkaLevel, KafkaAccessOptions> {
  /** The dead letters of the feed, without the feed, for one command. */
  openDeadLetters(
    url: string,
    resources: Pick<FeedResources, 'database' | 'prefix' | 'clock' | 'log'>,
  ): Promise<OpenDeadLetters>
  /** What the instances of a consumer have not done, where the replication slot does not tell. */
  openGroupBacklog?(
    url: string,
    consumer: Pick<Consumer, 'name' | 'topics'>,
    resources: Pick<FeedResources, 'prefix' | 'group' | 'log'>,
  ): Promise<GroupBacklog>
}

interface CacheAdapter
  extends Adapter<CacheResources, DocumentCache>, WithUsers<RedisLevel, RedisAccessOptions> {
  /** Counts of the limits of clients, shared by all processes with this URL. */
  openSharedCounts?(url: string, log: Logger): Promise<SharedCounts>
}

interface Adapters {
  database: Adapter<DatabaseOptions, Database> & WithUsers<DatabaseLevel, DatabaseAccessOptions>
  blobs: Adapter<BlobsResources, BlobsDriver> & WithUsers<S3Level, S3AccessOptions>
  cache: CacheAdapter
  changes: ChangesAdapter
  cluster: Adapter<ClusterResources, Cluster>
  documents: Adapter<DocumentsResources, Documents>
  search: SearchAdapter
}

interface SearchAdapter
  extends Adapter<SearchResources, SearchIndex>, WithUsers<ElasticsearchLevel, ElasticsearchAccessOptions> {
  /** Of an index in a file of the data folder; undefined where there is none. */
  fileState?(folder: string): Promise<IndexFileState | undefined>
}

export type Port = keyof Adapters

const always = (): boolean => true
const never = (): boolean => false

const ADAPTERS: { [P in Port]: readonly Adapters[P][] } = {
  database: [
    {
      prefixes: ['embedded:'],
      example: 'embedded:',
      isShared: never,
      open: async (_url, resources) => (await import('../db/open.ts')).openEmbedded(resources),
    },
    {
      prefixes: ['postgres:', 'postgresql:'],
      example: 'postgres://user:password@host:port/database',
      isShared: always,
      applyAccess: async (url, users, options) =>
        (await import('../db/access.ts')).applyDatabaseAccess(url, users, options),
      open: async (url, resources) => (await import('../db/open.ts')).openServer(url, resources),
    },
  ],
  blobs: [
    {
      prefixes: ['file:'],
      example: 'file:///folder',
      // A folder of its own can be on a file system that all processes see.
      isShared: (url) => url !== 'file:',
      open: async (url, resources) => (await import('./blobs/file.ts')).openFileDriver(url, resources),
    },
    {
      prefixes: ['s3:'],
      example: 's3:http://host:port',
      isShared: always,
      server: { name: 'S3', greeting: HTTP_GREETING },
      applyAccess: async (url, users, options) =>
        (await import('./blobs/s3-access.ts')).applyS3Access(url.slice(3), users, options),
      open: async (url, resources) => (await import('./blobs/s3.ts')).openS3Driver(url.slice(3), resources),
    },
  ],
  cache: [
    {
      prefixes: ['memory:'],
      example: 'memory:',
      isShared: never,
      open: async (_url, resources) => (await import('./cache/memory.ts')).createMemoryCache(resources),
    },
    {
      prefixes: ['redis:', 'rediss:'],
      example: 'redis://host:port',
      isShared: always,
      server: { name: 'Redis', port: 6379, greeting: REDIS_GREETING },
      open: async (url, { database, ...resources }) =>
        (await import('./cache/redis.ts')).openRedisCache({ url, pool: database.pool, ...resources }),
      applyAccess: async (url, users, options) =>
        (await import('./cache/redis-access.ts')).applyRedisAccess(url, users, options),
      openSharedCounts: async (url, log) =>
        (await import('./cache/redis-shared-counts.ts')).openRedisSharedCounts(url, log),
    },
  ],
  changes: [
    {
      prefixes: ['wal:'],
      example: 'wal:',
      isShared: never,
      needsDatabase: true,
      open: async (_url, resources) => (await import('./changes/wal/driver.ts')).openWalFeed(resources),
      openDeadLetters: async (_url, { database }) => {
        const { createDeadLetterStore } = await import('./changes/wal/dead-letter-store.ts')
        return { ...createDeadLetterStore(database!.pool), stop: async () => {} }
      },
    },
    {
      prefixes: ['kafka://', 'kafkas://'],
      example: 'kafka://host:port',
      isShared: always,
      server: { name: 'Kafka', port: 9092, greeting: KAFKA_GREETING },
      needsConnector: true,
      applyAccess: async (url, users, names) =>
        (await import('../kafka/access.ts')).applyKafkaAccess(url, users, names),
      openDeadLetters: async (url, resources) =>
        (await import('./changes/kafka/dead-letters.ts')).openKafkaDeadLetters(url, resources),
      openGroupBacklog: async (url, consumer, resources) =>
        (await import('./changes/kafka/group-backlog.ts')).openGroupBacklog(url, consumer, resources),
      open: async (url, resources) =>
        (await import('./changes/kafka/driver.ts')).openKafkaFeed(url, resources),
    },
  ],
  // Its setting is changes.url: several processes exist only where the feed is shared.
  cluster: [
    {
      prefixes: ['wal:'],
      example: 'wal:',
      isShared: never,
      open: async () => (await import('./cluster/local.ts')).createLocalCluster(),
    },
    {
      prefixes: ['kafka://', 'kafkas://'],
      example: 'kafka://host:port',
      isShared: always,
      open: async (url, resources) => (await import('./cluster/kafka.ts')).openKafkaCluster(url, resources),
    },
  ],
  documents: [
    {
      prefixes: ['local:'],
      example: 'local:',
      isShared: never,
      open: async (_url, { role }) => (await import('./documents/local.ts')).openLocalDocuments(role),
    },
    {
      prefixes: ['grpc://'],
      example: 'grpc://host:port',
      isShared: always,
      server: { name: 'document role', greeting: HTTP2_GREETING },
      open: async (url, resources) =>
        (await import('./documents/grpc.ts')).openGrpcDocuments({ url, ...resources }),
    },
  ],
  search: [
    {
      prefixes: ['sqlite:'],
      example: 'sqlite:',
      isShared: never,
      open: async (_url, resources) => (await import('./search/sqlite/open.ts')).openSqliteSearch(resources),
      fileState: async (folder) => (await import('./search/sqlite/file-state.ts')).indexFileState(folder),
    },
    {
      prefixes: ['elasticsearch:'],
      example: 'elasticsearch:http://host:port',
      isShared: always,
      server: { name: 'Elasticsearch', port: 9200, greeting: HTTP_GREETING },
      // While Elasticsearch writes two batches, the next one is prepared.
      batching: { maxBatch: 1_000, concurrency: 3 },
      applyAccess: async (url, users, options) =>
        (await import('./search/elasticsearch/access.ts')).applyElasticsearchAccess(url, users, options),
      async open(url, { index: alias = 'documents', threadMs, log }) {
        const { openElasticsearchSearch } = await import('./search/elasticsearch/engine.ts')
        return openElasticsearchSearch({ url, alias, threadMs, log })
      },
    },
  ],
}

/** The setting whose URL selects the adapter of a port. */
const settingOf = (port: Port): string => (port === 'cluster' ? 'changes.url' : `${port}.url`)

/** What the URLs of a port can begin with. */
export const prefixesOf = (port: Port): string[] =>
  ADAPTERS[port].flatMap(({ prefixes }): readonly string[] => prefixes)

/** The same, of adapters that several processes can share. */
export const sharedPrefixesOf = (port: Port): string[] =>
  ADAPTERS[port]
    .filter(({ isShared, example }) => isShared(example))
    .flatMap(({ prefixes }): readonly string[] => prefixes)

/** @throws Error naming the setting when no adapter has this scheme */
export function adapterOf<P extends Port>(port: P, url: string): Adapters[P] {
  const adapter = ADAPTERS[port].find(({ prefixes }) => prefixes.some((prefix) => url.startsWith(prefix)))
  if (adapter) return adapter
  const scheme = url.slice(0, url.indexOf(':') + 1) || url
  throw new Error(`${settingOf(port)}: ${scheme} is not known; use ${prefixesOf(port).join(' or ')}`)
}

/** Whether several processes can use at once what the URL names. */
export const isShared = (port: Port, url: string): boolean => adapterOf(port, url).isShared(url)

/** Examples of URLs that several processes can share, for messages. */
export const sharedExamples = (port: Port): string =>
  ADAPTERS[port].flatMap(({ isShared, example }) => (isShared(example) ? [example] : [])).join(' or ')
