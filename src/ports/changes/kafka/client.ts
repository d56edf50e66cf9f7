import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import {
  type Admin,
  type Consumer,
  type EachBatchPayload,
  type ISocketFactory,
  Kafka,
  logLevel,
  Partitioners,
  type Producer,
} from 'kafkajs'
import type { Logger } from '../../../runtime/logger.ts'
import { NotYet, poll } from '../../../runtime/poll.ts'
import { messageOf } from './errors.ts'
import { LogReader, removeFormerMembers } from './log-reader.ts'
import { groupByTopic, type KafkaOffset, type KafkaPartition } from './types.ts'
import { type KafkaAddress, parseKafkaUrl } from './url.ts'

export type GroupMember = Consumer
/** Records of one partition, as a member of a group gets them. */
export type RecordBatch = EachBatchPayload

export interface TopicSettings {
  topic: string
  partitions: number
  replicationFactor: number
  config: Record<string, string | number>
}

export interface GroupOptions {
  group: string
  /** milliseconds without a heartbeat after which a member's partitions go to others */
  sessionMs: number
  heartbeatMs: number
  /** milliseconds that a rebalance waits for the members to finish their work */
  rebalanceMs: number
  /** milliseconds between looks for new partitions */
  refreshMs: number
}

export interface KafkaClient {
  readonly clientId: string
  /** A reader with connections of its own. */
  reader(): LogReader
  /** A member of a consumer group, with connections of its own, which is not started yet. */
  member(options: GroupOptions): GroupMember
  /** The committed offsets of a group; partitions without one are left out. */
  committed(group: string, partitions: KafkaPartition[]): Promise<KafkaOffset[]>
  /** Removes the members that an earlier process with this client id left in a group when it was killed. */
  removeFormerMembers(group: string): Promise<void>
  /** Resolves when all replicas have the record. */
  send(topic: string, key: string, value: string): Promise<void>
  createTopics(topics: TopicSettings[]): Promise<{ created: string[]; existing: string[] }>
  close(): Promise<void>
  /** Breaks all connections off, as the end of the process would. */
  destroy(): void
}

export interface KafkaClientOptions {
  url: string
  clientId: string
  log: Logger
}

const CONNECT_MS = 5_000
const REQUEST_MS = 15_000
/** Callers retry by themselves, for as long as it takes. */
const RETRY = { retries: 1, initialRetryTime: 100, maxRetryTime: 500 }
/** A group member fetches again when everything of the fetch before is done, so a fetch must bring work for a while. */
const GROUP_FETCH = {
  maxBytesPerPartition: 8 * 1024 * 1024,
  maxBytes: 24 * 1024 * 1024,
  maxWaitTimeInMs: 500,
}

/** The producer, administration and consumer groups by kafkajs; reading without a group by LogReader. */
export function createKafkaClient({ url, clientId, log }: KafkaClientOptions): KafkaClient {
  const address = parseKafkaUrl(url)
  const connections = trackConnections()
  const kafka = openKafka(address, clientId, connections.socketFactory, log)
  const readers = new Set<LogReader>()
  let producer: Promise<Producer> | undefined

  const openProducer = async (): Promise<Producer> => {
    const opened = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, retry: RETRY })
    await opened.connect()
    return opened
  }
  const withAdmin = async <T>(work: (admin: Admin) => Promise<T>): Promise<T> => {
    const admin = kafka.admin({ retry: { ...RETRY, retries: 3 } })
    try {
      await admin.connect()
      return await work(admin)
    } finally {
      await admin.disconnect().catch(() => {})
    }
  }

  return {
    clientId,
    reader() {
      const reader = new LogReader(address, clientId, () => readers.delete(reader))
      readers.add(reader)
      return reader
    },
    member: ({ group, sessionMs, heartbeatMs, rebalanceMs, refreshMs }) =>
      kafka.consumer({
        groupId: group,
        sessionTimeout: sessionMs,
        // The least time between two heartbeats; the member itself sends one every `heartbeatMs`.
        heartbeatInterval: heartbeatMs / 2,
        rebalanceTimeout: rebalanceMs,
        metadataMaxAge: refreshMs,
        allowAutoTopicCreation: false,
        // Aborted transactions of Kafka Connect contain real changes too, which the next transaction repeats.
        readUncommitted: true,
        ...GROUP_FETCH,
        retry: { ...RETRY, restartOnFailure: async () => false },
      }),
    committed: (group, partitions) =>
      withAdmin(async (admin) => {
        const topics = [...groupByTopic(partitions).keys()]
        const found = await admin.fetchOffsets({ groupId: group, topics })
        return found.flatMap(({ topic, partitions: some }) =>
          some
            .map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) }))
            .filter(({ offset }) => offset >= 0),
        )
      }),
    removeFormerMembers: (group) => removeFormerMembers(address, clientId, group),
    async send(topic, key, value) {
      producer ??= openProducer()
      try {
        const opened = await producer
        await opened.send({ topic, acks: -1, timeout: REQUEST_MS, messages: [{ key, value }] })
      } catch (error) {
        producer = undefined
        throw error
      }
    },
    async createTopics(topics) {
      const result = await withAdmin((admin) => createMissingTopics(admin, topics))
      await waitForLeaders(
        this.reader(),
        topics.map(({ topic }) => topic),
      )
      return result
    },
    async close() {
      await Promise.all([...readers].map((reader) => reader.close()))
      await producer?.then((opened) => opened.disconnect()).catch(() => {})
      connections.destroy()
    },
    destroy() {
      for (const reader of readers) void reader.close()
      connections.destroy()
    },
  }
}

function openKafka(
  address: KafkaAddress,
  clientId: string,
  socketFactory: ISocketFactory,
  log: Logger,
): Kafka {
  return new Kafka({
    clientId,
    brokers: address.brokers,
    ssl: address.tls,
    ...(address.sasl && { sasl: address.sasl as never }),
    connectionTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    retry: RETRY,
    socketFactory,
    logLevel: logLevel.WARN,
    // Callers get the error and log it; these lines are details.
    logCreator: () => (entry) => log.debug({ kafkajs: entry.namespace }, entry.log.message),
  })
}

/** The sockets of kafkajs, so that all of them can be broken off. */
function trackConnections(): { socketFactory: ISocketFactory; destroy(): void } {
  const sockets = new Set<Socket>()
  let destroyed = false
  return {
    socketFactory({ host, port, ssl, onConnect }) {
      if (destroyed) throw new Error('the Kafka client is destroyed')
      const settings = { host, port, noDelay: true, keepAlive: true }
      const socket = ssl
        ? connectTls({ ...settings, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
        : connect(settings, onConnect)
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      return socket
    },
    destroy() {
      destroyed = true
      // With an error: otherwise kafkajs does not notice, and its timers go on.
      for (const socket of sockets) socket.destroy(new Error('the Kafka client is destroyed'))
    },
  }
}

async function createMissingTopics(
  admin: Admin,
  topics: TopicSettings[],
): Promise<{ created: string[]; existing: string[] }> {
  const before = new Set(await admin.listTopics())
  const missing = topics.filter(({ topic }) => !before.has(topic))
  if (missing.length > 0) {
    await admin
      .createTopics({
        timeout: REQUEST_MS,
        waitForLeaders: false,
        topics: missing.map(({ topic, partitions, replicationFactor, config }) => ({
          topic,
          numPartitions: partitions,
          replicationFactor,
          configEntries: Object.entries(config).map(([name, value]) => ({ name, value: String(value) })),
        })),
      })
      .catch((error: unknown) => {
        throw new Error(`cannot create the topics: ${messageOf(error)}`, { cause: error })
      })
  }
  const names = (some: TopicSettings[]): string[] => some.map(({ topic }) => topic)
  return { created: names(missing), existing: names(topics.filter((one) => !missing.includes(one))) }
}

/** Brokers lead the partitions of a new topic a little after its creation. */
async function waitForLeaders(reader: LogReader, topics: string[]): Promise<void> {
  try {
    await poll({ timeoutMs: REQUEST_MS }, 'the leaders of the new topics', async () => {
      try {
        await reader.offsets(await reader.partitionsOf(topics), 'latest')
        return true
      } catch (error) {
        return new NotYet(messageOf(error))
      }
    })
  } finally {
    await reader.close()
  }
}
