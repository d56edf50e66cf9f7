import { createHash } from 'node:crypto'
import { type JoinOptions, joinGroup, type KafkaMembership } from './group.ts'
import { readingRecords } from './fetch.ts'
import { type Broker, byTopic, type Cluster, type GroupCodec } from './protocol.ts'
import { decodeTopicAnswer, encodeTopicRequest, METADATA } from './topic-id.ts'

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

/** A topic is not there (yet). */
export class MissingTopicError extends Error {}

/** What a failure means for a member of a group. */
export function kafkaErrorType(error: unknown): string {
  return String((error as { type?: unknown }).type ?? (error as Error).name)
}

/** Aborted transactions of Kafka Connect are real changes too, and come again with the next transaction. */
const READ_UNCOMMITTED = 0

/** A link that connects when it is first used. */
export function createLink(cluster: Cluster, codec: GroupCodec, onClose: () => void): KafkaLink {
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
      const broker = await cluster.findControllerBroker()
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
      const answers = await cluster.fetchTopicsOffset(asked)
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
      const broker = readingRecords(await cluster.findBroker({ nodeId: node }))
      const { responses } = await broker.fetch({
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
      return responses.flatMap(({ topicName: topic, partitions }) =>
        partitions.map(({ partition, end, records, next }) => {
          const { offset } = from.find((one) => one.topic === topic && one.partition === partition)!
          const isAsked = records.length === 0 || records[0]!.offset >= offset
          return {
            topic,
            partition,
            records: isAsked ? records : records.filter((record) => record.offset >= offset),
            next: Math.max(offset, next ?? 0),
            end,
          }
        }),
      )
    },
    join: (options) => joinGroup(cluster, codec, partitionsOf, options),
    async expel(groupId, memberIds) {
      const coordinator = await cluster.findGroupCoordinator({ groupId })
      for (const memberId of memberIds) await coordinator.leaveGroup({ groupId, memberId })
    },
    async close() {
      onClose()
      isConnected = false
      await cluster.disconnect().catch(() => {})
    },
  }
}

async function askForTopic(broker: Broker, topic: string): Promise<{ clusterId: string; topicId: string }> {
  const buffer = encodeTopicRequest(topic)
  const answer = await broker.connectionPool.send({
    request: { ...METADATA, apiName: 'Metadata', encode: async () => ({ buf: buffer, buffer }) },
    response: { decode: async (data: Buffer) => data, parse: async (data: Buffer) => data },
  })
  return decodeTopicAnswer(answer as Buffer)
}
