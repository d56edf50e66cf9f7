import { createHash } from 'node:crypto'
import { connect, isIP, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import {
  AssignerProtocol,
  type Broker,
  type Cluster,
  type ISocketFactory,
  Kafka,
  logLevel,
  Partitioners,
  type Producer,
} from 'kafkajs'
import type { Logger } from '../../runtime/logger.ts'
import { decodeTopicAnswer, encodeTopicRequest, METADATA } from './kafka-topic-id.ts'
import type { KafkaAddress } from './kafka-url.ts'

export interface KafkaPartition {
  topic: string
  partition: number
}

export interface KafkaOffset extends KafkaPartition {
  /** of the next record */
  offset: number
}

export interface KafkaRecord {
  offset: number
  /** milliseconds since the epoch */
  timestamp: number
  key: Buffer | null
  value: Buffer | null
}

/** What one fetch brought of one partition. */
export interface KafkaFetched extends KafkaPartition {
  records: KafkaRecord[]
  /** one after the last offset that was read, records that are no data included */
  next: number
  /** one after the last record there is */
  end: number
}

export interface FetchOptions {
  /** milliseconds to wait for the first record */
  waitMs: number
  bytes: number
  bytesPerPartition: number
}

/** A member of a consumer group, between a join and the next. */
export interface KafkaMembership {
  memberId: string
  /** partitions by topic */
  assigned: KafkaPartition[]
  isLeader: boolean
  /** @throws when this member is no longer one, or the group shares out its work anew */
  heartbeat(): Promise<void>
  /** Offsets of the assigned partitions; without those that were never committed. */
  committed(): Promise<KafkaOffset[]>
  /** @throws when this member is no longer one: the partitions may have another owner already */
  commit(offsets: KafkaOffset[]): Promise<void>
  leave(): Promise<void>
}

export interface JoinOptions {
  group: string
  /** static membership: the member of this name is replaced, and comes back without a rebalance */
  instance: string | undefined
  /** from the join before */
  memberId: string
  topics: string[]
  sessionMs: number
  rebalanceMs: number
}

/** Connections of its own to the brokers, as one reader or one group member needs them. */
export interface KafkaLink {
  /**
   * Connects, or finds out anew where the partitions are.
   * @throws MissingTopicError
   */
  refresh(topics: string[]): Promise<void>
  partitionsOf(topic: string): KafkaPartition[]
  /** Of cluster and topics: another one when a topic was deleted and made again. 8 characters. */
  identity(topics: string[]): Promise<string>
  /** Where each partition begins, ends, or the first record at or after a time is (else its end). */
  offsets(partitions: KafkaPartition[], at: 'earliest' | 'latest' | Date): Promise<KafkaOffset[]>
  /** The broker that each partition is read from. */
  leaders(partitions: KafkaPartition[]): Map<string, KafkaPartition[]>
  /** @param from partitions that all are read from this broker */
  fetch(broker: string, from: KafkaOffset[], options: FetchOptions): Promise<KafkaFetched[]>
  join(options: JoinOptions): Promise<KafkaMembership>
  /** Members that are gone for good need not be waited for. */
  expel(group: string, memberIds: string[]): Promise<void>
  close(): Promise<void>
}

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
  deleteTopics(topics: string[]): Promise<void>
  /** Also those that still have members. */
  deleteGroups(groups: string[]): Promise<void>
  close(): Promise<void>
  /** Breaks all connections off, as the end of the process would. */
  destroy(): void
}

/** A topic is not there (yet). */
export class MissingTopicError extends Error {}

/** What a failure means for a member of a group. */
export function kafkaErrorType(error: unknown): string {
  return String((error as { type?: unknown }).type ?? (error as Error).name)
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
/** Aborted transactions of Kafka Connect are real changes too, and come again with the next transaction. */
const READ_UNCOMMITTED = 0

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
      const link = createLink(kafka, () => links.delete(link))
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
        const there = new Set(await admin.listTopics())
        const present = topics.filter((topic) => there.has(topic))
        if (present.length > 0) await admin.deleteTopics({ topics: present, timeout: REQUEST_MS })
      }),
    deleteGroups: (groups) =>
      withAdmin(async (admin) => {
        const there = new Set((await admin.listGroups()).groups.map(({ groupId }) => groupId))
        const present = groups.filter((group) => there.has(group))
        if (present.length === 0) return
        const described = await admin.describeGroups(present)
        const link = createLink(kafka, () => {})
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
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Brokers learn of a new topic a little after its creation. */
async function waitForTopics(kafka: Kafka, topics: string[]): Promise<void> {
  const link = createLink(kafka, () => {})
  const end = performance.now() + REQUEST_MS
  try {
    for (;;) {
      try {
        await link.refresh(topics)
        for (const topic of topics) link.leaders(link.partitionsOf(topic))
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

/** Methods of kafkajs' brokers that its types leave out. */
interface GroupBroker extends Broker {
  lookupRequest(apiKey: number, definition: unknown): (values: object) => unknown
  connectionPool: { send(request: unknown): Promise<unknown> }
  joinGroup(request: object): Promise<JoinAnswer>
  syncGroup(request: object): Promise<{ memberAssignment: Buffer }>
  heartbeat(request: object): Promise<void>
  leaveGroup(request: object): Promise<void>
}

interface JoinAnswer {
  generationId: number
  leaderId: string
  memberId: string
  members: { memberId: string; groupInstanceId?: string | null }[]
}

interface FetchAnswer {
  responses: {
    topicName: string
    partitions: {
      partition: number
      highWatermark: string
      messages: {
        offset: string
        timestamp: string
        key: Buffer | null
        value: Buffer | null
        isControlRecord?: boolean
      }[]
    }[]
  }[]
}

const ASSIGNER = 'docmgr-by-number'

function createLink(kafka: Kafka, onClose: () => void): KafkaLink {
  const cluster = openCluster(kafka)
  let isConnected = false

  const refresh = async (topics: string[]): Promise<void> => {
    try {
      if (!isConnected) await cluster.connect()
      isConnected = true
      await cluster.addMultipleTargetTopics(topics)
      await cluster.refreshMetadata()
    } catch (error) {
      if (kafkaErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION') {
        throw new MissingTopicError(
          `Kafka has no topics ${topics.join(' and ')} yet: docmgr cdc apply makes them`,
        )
      }
      throw error
    }
  }

  const partitionsOf = (topic: string): KafkaPartition[] =>
    cluster
      .findTopicPartitionMetadata(topic)
      .map(({ partitionId }) => ({ topic, partition: partitionId }))
      .sort((one, other) => one.partition - other.partition)

  return {
    refresh,
    partitionsOf,
    async identity(topics) {
      const broker = (await cluster.findControllerBroker()) as GroupBroker
      const hash = createHash('sha256')
      for (const topic of topics) {
        const { clusterId, topicId } = await askForTopic(broker, topic)
        hash.update(`${clusterId} ${topicId} ${topic}\n`)
      }
      return hash.digest('base64url').slice(0, 8)
    },
    async offsets(partitions, at) {
      const when = at instanceof Date ? { fromTimestamp: at.getTime() } : { fromBeginning: at === 'earliest' }
      const asked = byTopic(partitions).map(([topic, some]) => ({ topic, partitions: some, ...when }))
      const answers = await cluster.fetchTopicsOffset(
        asked as Parameters<typeof cluster.fetchTopicsOffset>[0],
      )
      const found = answers.flatMap(({ topic, partitions: some }) =>
        some.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
      )
      const none = found.filter(({ offset }) => offset < 0)
      if (none.length === 0) return found
      return [...found.filter(({ offset }) => offset >= 0), ...(await this.offsets(none, 'latest'))]
    },
    leaders(partitions) {
      const leaders = new Map<string, KafkaPartition[]>()
      for (const one of partitions) {
        const [leader] = Object.keys(cluster.findLeaderForPartitions(one.topic, [one.partition]))
        if (leader === undefined) throw new Error(`${one.topic} has no partition ${one.partition} now`)
        leaders.set(leader, [...(leaders.get(leader) ?? []), one])
      }
      return leaders
    },
    async fetch(node, from, { waitMs, bytes, bytesPerPartition }) {
      const broker = await cluster.findBroker({ nodeId: node })
      const answer: FetchAnswer = await broker.fetch({
        isolationLevel: READ_UNCOMMITTED,
        maxWaitTime: waitMs,
        minBytes: 1,
        maxBytes: bytes,
        topics: byTopic(from).map(([topic, some]) => ({
          topic,
          partitions: some.map(({ partition, offset }) => ({
            partition,
            fetchOffset: String(offset),
            maxBytes: bytesPerPartition,
          })),
        })),
      })
      return answer.responses.flatMap(({ topicName: topic, partitions }) =>
        partitions.map(({ partition, highWatermark, messages }) => {
          const { offset } = from.find((one) => one.topic === topic && one.partition === partition)!
          const last = messages.at(-1)
          return {
            topic,
            partition,
            records: messages
              .filter((message) => Number(message.offset) >= offset && !message.isControlRecord)
              .map(toRecord),
            next: last ? Math.max(offset, Number(last.offset) + 1) : offset,
            end: Number(highWatermark),
          }
        }),
      )
    },
    join: (options) => join(cluster, partitionsOf, options),
    async expel(groupId, memberIds) {
      const coordinator = (await cluster.findGroupCoordinator({ groupId })) as GroupBroker
      for (const memberId of memberIds) await coordinator.leaveGroup({ groupId, memberId })
    },
    async close() {
      onClose()
      isConnected = false
      await cluster.disconnect().catch(() => {})
    },
  }
}

/** kafkajs gives its connections to those who share out partitions (its "custom partition assigner"). */
function openCluster(kafka: Kafka): Cluster {
  let found: Cluster | undefined
  kafka.consumer({
    groupId: 'none',
    metadataMaxAge: METADATA_AGE_MS,
    allowAutoTopicCreation: false,
    partitionAssigners: [
      ({ cluster }) => {
        found = cluster
        return {
          name: ASSIGNER,
          version: 0,
          assign: async () => [],
          protocol: () => ({ name: '', metadata: Buffer.of() }),
        }
      },
    ],
  })
  return found!
}

function toRecord(message: FetchAnswer['responses'][0]['partitions'][0]['messages'][0]): KafkaRecord {
  const { offset, timestamp, key, value } = message
  return { offset: Number(offset), timestamp: Number(timestamp), key, value }
}

function byTopic<T extends KafkaPartition>(partitions: T[]): [string, T[]][] {
  const topics = new Map<string, T[]>()
  for (const one of partitions) topics.set(one.topic, [...(topics.get(one.topic) ?? []), one])
  return [...topics]
}

async function askForTopic(
  broker: GroupBroker,
  topic: string,
): Promise<{ clusterId: string; topicId: string }> {
  const buffer = encodeTopicRequest(topic)
  const answer = await broker.connectionPool.send({
    request: { ...METADATA, apiName: 'Metadata', encode: async () => ({ buf: buffer, buffer }) },
    response: { decode: async (data: Buffer) => data, parse: async (data: Buffer) => data },
  })
  return decodeTopicAnswer(answer as Buffer)
}

/**
 * Requests of a static member (KIP-345). kafkajs can encode a group instance id but passes none on, so it is added
 * where a broker looks its encoders up.
 */
function asStaticMember(broker: GroupBroker, instance: string | undefined): GroupBroker {
  if (instance === undefined) return broker
  return Object.create(broker, {
    lookupRequest: {
      value: (apiKey: number, definition: unknown) => {
        const encoderOf = broker.lookupRequest(apiKey, definition)
        return (values: object) => encoderOf({ ...values, groupInstanceId: instance })
      },
    },
  }) as GroupBroker
}

async function join(
  cluster: Cluster,
  partitionsOf: (topic: string) => KafkaPartition[],
  options: JoinOptions,
): Promise<KafkaMembership> {
  const { group: groupId, topics, instance } = options
  const coordinator = (await cluster.findGroupCoordinator({ groupId })) as GroupBroker
  const broker = asStaticMember(coordinator, instance)
  const { MemberMetadata, MemberAssignment } = AssignerProtocol
  const metadata = MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) })
  const joined = await broker.joinGroup({
    groupId,
    sessionTimeout: options.sessionMs,
    rebalanceTimeout: options.rebalanceMs,
    memberId: options.memberId,
    groupProtocols: [{ name: ASSIGNER, metadata }],
  })
  const { memberId, generationId } = joined
  const isLeader = joined.leaderId === memberId
  const shares = isLeader ? shareOut(joined.members, topics.flatMap(partitionsOf)) : []
  const { memberAssignment } = await broker.syncGroup({
    groupId,
    generationId,
    memberId,
    groupAssignment: shares.map(({ member, assignment }) => ({
      memberId: member,
      memberAssignment: MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) }),
    })),
  })
  const assignment = MemberAssignment.decode(memberAssignment)?.assignment ?? {}
  const assigned = Object.entries(assignment).flatMap(([topic, partitions]) =>
    partitions.map((partition) => ({ topic, partition })),
  )
  return {
    memberId,
    assigned,
    isLeader,
    heartbeat: () => broker.heartbeat({ groupId, memberId, groupGenerationId: generationId }),
    async committed() {
      if (assigned.length === 0) return []
      const asked = byTopic(assigned).map(([topic, partitions]) => ({ topic, partitions }))
      const { responses } = await broker.offsetFetch({ groupId, topics: asked as never })
      return responses.flatMap(({ topic, partitions }) =>
        partitions
          .map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) }))
          .filter(({ offset }) => offset >= 0),
      )
    },
    async commit(offsets) {
      const written = byTopic(offsets).map(([topic, some]) => ({
        topic,
        partitions: some.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
      }))
      await broker.offsetCommit({ groupId, memberId, groupGenerationId: generationId, topics: written })
    },
    async leave() {
      await broker.leaveGroup({ groupId, memberId })
    },
  }
}

/** Partition n of every topic to the same member; the order of the members is that of their names. */
function shareOut(members: JoinAnswer['members'], partitions: KafkaPartition[]) {
  const nameOf = (member: JoinAnswer['members'][0]): string => member.groupInstanceId ?? member.memberId
  const sorted = [...members].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
  return sorted.map(({ memberId }, index) => {
    const assignment: Record<string, number[]> = {}
    for (const { topic, partition } of partitions) {
      if (partition % sorted.length === index) (assignment[topic] ??= []).push(partition)
    }
    return { member: memberId, assignment }
  })
}
