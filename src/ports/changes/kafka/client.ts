import { connect, isIP, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { AssignerProtocol, type ISocketFactory, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs'
import type { Logger } from '../../../runtime/logger.ts'
import { createLink, type KafkaLink } from './link.ts'
import type { Cluster, GroupCodec } from './protocol.ts'
import type { KafkaAddress } from './url.ts'

export { kafkaErrorType, MissingTopicError } from './link.ts'

export interface TopicSettings {
  topic: string
  partitions: number
  replicationFactor: number
  config: Record<string, string | number>
}

export interface KafkaClient {
  link(): KafkaLink
  /** All copies of the record are written when it resolves. */
  send(topic: string, key: string, value: string): Promise<void>
  createTopics(topics: TopicSettings[]): Promise<{ created: string[]; existing: string[] }>
  addPartitions(topics: string[], total: number): Promise<void>
  /** They are gone for every broker when it resolves. */
  deleteTopics(topics: string[]): Promise<void>
  /** Also those that still have members. */
  deleteGroups(groups: string[]): Promise<void>
  close(): Promise<void>
  /** Breaks all connections off, as the end of the process would. */
  destroy(): void
}

export interface KafkaClientOptions {
  address: KafkaAddress
  clientId: string
  log: Logger
}

const CONNECT_MS = 5_000
const REQUEST_MS = 15_000
/** Whoever uses this client repeats by itself, for as long as it takes. */
const RETRY = { retries: 1, initialRetryTime: 100, maxRetryTime: 500 }
const METADATA_AGE_MS = 30_000

/** The one user of kafkajs. Nothing connects before it is used. */
export function openKafka({ address, clientId, log }: KafkaClientOptions): KafkaClient {
  const sockets = new Set<Socket>()
  let ended = false
  const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (ended) throw new Error('the client of Kafka has ended')
    const settings = { host, port, noDelay: true, keepAlive: true }
    const socket = ssl
      ? connectTls({ ...settings, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
      : connect(settings, onConnect)
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    return socket
  }
  const kafka = new Kafka({
    clientId,
    brokers: address.brokers,
    ssl: address.tls,
    ...(address.sasl && { sasl: address.sasl as never }),
    connectionTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    retry: RETRY,
    socketFactory,
    logLevel: logLevel.WARN,
    // Whoever asked learns of a failure by its error, and logs that; these lines are the details.
    logCreator: () => (entry) => log.debug({ kafkajs: entry.namespace }, entry.log.message),
  })
  const links = new Set<KafkaLink>()
  let producer: Promise<Producer> | undefined

  const openProducer = async (): Promise<Producer> => {
    const opened = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, retry: RETRY })
    await opened.connect()
    return opened
  }
  const withAdmin = async <T>(work: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> => {
    const admin = kafka.admin({ retry: { ...RETRY, retries: 3 } })
    try {
      await admin.connect()
      return await work(admin)
    } finally {
      await admin.disconnect().catch(() => {})
    }
  }

  return {
    link() {
      const link = openLink(kafka, () => links.delete(link))
      links.add(link)
      return link
    },
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
    createTopics: (topics) =>
      withAdmin(async (admin) => {
        const before = new Set(await admin.listTopics())
        const missing = topics.filter(({ topic }) => !before.has(topic))
        if (missing.length > 0) {
          try {
            await admin.createTopics({
              timeout: REQUEST_MS,
              waitForLeaders: false,
              topics: missing.map(({ topic, partitions, replicationFactor, config }) => ({
                topic,
                numPartitions: partitions,
                replicationFactor,
                configEntries: Object.entries(config).map(([name, value]) => ({
                  name,
                  value: String(value),
                })),
              })),
            })
          } catch (error) {
            throw new Error(`the topics cannot be created: ${reasonOf(error)}`, { cause: error })
          }
        }
        const names = (some: TopicSettings[]): string[] => some.map(({ topic }) => topic)
        await waitForTopics(kafka, names(topics))
        return { created: names(missing), existing: names(topics.filter((one) => !missing.includes(one))) }
      }),
    addPartitions: (topics, total) =>
      withAdmin(async (admin) => {
        const topicPartitions = topics.map((topic) => ({ topic, count: total }))
        await admin.createPartitions({ topicPartitions, timeout: REQUEST_MS })
      }),
    deleteTopics: (topics) =>
      withAdmin(async (admin) => {
        const present = async (): Promise<string[]> => {
          const there = new Set(await admin.listTopics())
          return topics.filter((topic) => there.has(topic))
        }
        const found = await present()
        if (found.length === 0) return
        await admin.deleteTopics({ topics: found, timeout: REQUEST_MS })
        // The controller has deleted them; brokers learn of it a little later, and until then name them as existing.
        const end = performance.now() + REQUEST_MS
        while ((await present()).length > 0) {
          if (performance.now() > end) throw new Error(`brokers still have ${topics.join(', ')}`)
          await delay(50)
        }
      }),
    deleteGroups: (groups) =>
      withAdmin(async (admin) => {
        const there = new Set((await admin.listGroups()).groups.map(({ groupId }) => groupId))
        const present = groups.filter((group) => there.has(group))
        if (present.length === 0) return
        const described = await admin.describeGroups(present)
        const link = openLink(kafka)
        try {
          await link.refresh([])
          for (const { groupId, members } of described.groups) {
            await link.expel(
              groupId,
              members.map(({ memberId }) => memberId),
            )
          }
        } finally {
          await link.close()
        }
        await admin.deleteGroups(present)
      }),
    async close() {
      await Promise.all([...links].map((link) => link.close()))
      await producer?.then((opened) => opened.disconnect()).catch(() => {})
    },
    destroy() {
      ended = true
      // With an error: otherwise kafkajs does not notice, and its timers go on.
      for (const socket of sockets) socket.destroy(new Error('the client of Kafka has ended'))
    },
  }
}

/** Brokers lead the partitions of a new topic a little after its creation. */
async function waitForTopics(kafka: Kafka, topics: string[]): Promise<void> {
  const link = openLink(kafka)
  const end = performance.now() + REQUEST_MS
  try {
    for (;;) {
      try {
        await link.refresh(topics)
        await link.offsets(topics.flatMap(link.partitionsOf), 'latest')
        return
      } catch (error) {
        if (performance.now() > end) throw error
        await delay(100)
      }
    }
  } finally {
    await link.close()
  }
}

/** The errors that kafkajs gathers when several topics are asked for. */
function reasonOf(error: unknown): string {
  const { errors, message } = error as { errors?: Error[]; message: string }
  return errors?.map((each) => each.message).join('; ') ?? message
}

/** kafkajs gives its connections to those who share out partitions (its "custom partition assigner"). */
function openLink(kafka: Kafka, onClose = (): void => {}): KafkaLink {
  let found: object | undefined
  kafka.consumer({
    groupId: 'none',
    metadataMaxAge: METADATA_AGE_MS,
    allowAutoTopicCreation: false,
    partitionAssigners: [
      ({ cluster }) => {
        found = cluster
        return {
          name: 'none',
          version: 0,
          assign: async () => [],
          protocol: () => ({ name: '', metadata: Buffer.of() }),
        }
      },
    ],
  })
  return createLink(found as Cluster, AssignerProtocol as GroupCodec, onClose)
}
