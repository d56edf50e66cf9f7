import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { Admin, type BaseOptions, Consumer, UserError } from '@platformatic/kafka'
import { MissingTopicError, namingRefusal, topicsInWords } from './errors.ts'
import {
  type FetchedPartition,
  groupByTopic,
  type KafkaOffset,
  type KafkaOperation,
  type KafkaPartition,
  type KafkaRecord,
  partitionKey,
} from './types.ts'
import type { KafkaAddress } from './url.ts'

export interface FetchLimits {
  /** milliseconds that the broker waits for the first record */
  waitMs: number
  bytes: number
  bytesPerPartition: number
}

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>

interface TopicMetadata {
  /** another one when a topic was deleted and created again */
  id: string
  /** the broker that leads each partition */
  leaders: number[]
}

const TIMEOUTS = { connectTimeout: 5_000, requestTimeout: 15_000 }
/** Aborted transactions of Kafka Connect contain real changes too, which the next transaction repeats. */
const READ_UNCOMMITTED = 0
const LATEST = -1n
const EARLIEST = -2n
/** Attribute of a batch of transaction markers. */
const CONTROL = 0x20

function clientOptions({ brokers, tls, sasl }: KafkaAddress, clientId: string): BaseOptions {
  return {
    clientId,
    bootstrapBrokers: brokers,
    ...TIMEOUTS,
    // Callers retry, with connections of their own.
    retries: 0,
    ...(tls && { tls: {}, tlsServerName: brokers.every((one) => isIP(hostOf(one)) === 0) }),
    ...(sasl && { sasl: { ...sasl, mechanism: sasl.mechanism.toUpperCase() as 'PLAIN' } }),
  }
}

const hostOf = (broker: string): string => broker.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')

/** Reads partitions by offset, without a consumer group, over connections of its own. Connects when it is first used. */
export class LogReader {
  readonly #consumer: Consumer
  readonly #topics = new Map<string, TopicMetadata>()
  readonly #user: string | undefined
  readonly #onClose: () => void

  constructor(address: KafkaAddress, clientId: string, onClose: () => void) {
    this.#onClose = onClose
    this.#user = address.sasl?.username
    this.#consumer = new Consumer({
      ...clientOptions(address, clientId),
      // Required; the group is never joined.
      groupId: clientId,
      isolationLevel: READ_UNCOMMITTED,
    })
  }

  /**
   * The partitions of the topics, as they are now.
   * @throws MissingTopicError
   */
  async partitionsOf(topics: string[]): Promise<KafkaPartition[]> {
    const metadata = await this.#metadata(topics)
    return topics.flatMap((topic) => {
      const { id, partitions } = metadata.topics.get(topic)!
      this.#topics.set(topic, { id, leaders: partitions.map(({ leader }) => leader) })
      return partitions.map((_, partition) => ({ topic, partition }))
    })
  }

  /** 8 characters for the cluster and these topics: others when one of them was deleted and created again. */
  async identity(topics: string[]): Promise<string> {
    const { id: cluster, topics: found } = await this.#metadata(topics)
    const hash = createHash('sha256')
    for (const topic of topics) {
      hash.update(`${cluster} ${found.get(topic)!.id.replaceAll('-', '')} ${topic}\n`)
    }
    return hash.digest('base64url').slice(0, 8)
  }

  /** The offset where each partition starts, ends, or has its first record at or after a time (otherwise its end). */
  async offsets(partitions: KafkaPartition[], at: 'earliest' | 'latest' | Date): Promise<KafkaOffset[]> {
    if (partitions.length === 0) return []
    const timestamp = at instanceof Date ? BigInt(at.getTime()) : at === 'earliest' ? EARLIEST : LATEST
    const byTopic = groupByTopic(partitions)
    const numbers = [...byTopic].map(([topic, some]) => [topic, some.map(({ partition }) => partition)])
    const asked = this.#consumer.listOffsets({
      topics: [...byTopic.keys()],
      partitions: Object.fromEntries(numbers) as Record<string, number[]>,
      timestamp,
    })
    const found = await this.#naming('DESCRIBE', [...byTopic.keys()], asked)
    const offsets = partitions.map(({ topic, partition }) => ({
      topic,
      partition,
      offset: Number(found.get(topic)![partition]),
    }))
    const withoutRecord = offsets.filter(({ offset }) => offset < 0)
    if (withoutRecord.length === 0) return offsets
    const ends = await this.offsets(withoutRecord, 'latest')
    return [...offsets.filter(({ offset }) => offset >= 0), ...ends]
  }

  /** The partitions by the broker that they are read from. */
  byLeader<T extends KafkaPartition>(partitions: T[]): Map<number, T[]> {
    const leaders = new Map<number, T[]>()
    for (const one of partitions) {
      const leader = this.#topics.get(one.topic)?.leaders[one.partition]
      if (leader === undefined) throw new Error(`${one.topic} has no partition ${one.partition} now`)
      leaders.set(leader, [...(leaders.get(leader) ?? []), one])
    }
    return leaders
  }

  /**
   * @param from partitions that are all read from this broker
   * @throws protocol errors, such as OFFSET_OUT_OF_RANGE, or UNKNOWN_TOPIC_ID when a topic was created again
   */
  async fetch(broker: number, from: KafkaOffset[], limits: FetchLimits): Promise<FetchedPartition[]> {
    const byTopic = groupByTopic(from)
    const asked = this.#consumer.fetch({
      node: broker,
      isolationLevel: READ_UNCOMMITTED,
      minBytes: 1,
      maxBytes: limits.bytes,
      maxWaitTime: limits.waitMs,
      topics: [...byTopic].map(([topic, partitions]) => ({
        topicId: this.#topics.get(topic)!.id,
        partitions: partitions.map(({ partition, offset }) => ({
          partition,
          fetchOffset: BigInt(offset),
          currentLeaderEpoch: -1,
          lastFetchedEpoch: -1,
          partitionMaxBytes: limits.bytesPerPartition,
        })),
      })),
    })
    const { responses } = await this.#naming('READ', [...byTopic.keys()], asked)
    const names = new Map([...byTopic.keys()].map((topic) => [this.#topics.get(topic)!.id, topic]))
    const offsets = new Map(from.map((one) => [partitionKey(one), one.offset]))
    return responses.flatMap(({ topicId, partitions }) =>
      partitions.map((answer) => {
        const place = { topic: names.get(topicId)!, partition: answer.partitionIndex }
        return { ...place, ...readAnswer(answer, offsets.get(partitionKey(place))!) }
      }),
    )
  }

  /** Breaks off what is in flight. */
  async close(): Promise<void> {
    this.#onClose()
    await this.#consumer.close().catch(() => {})
  }

  async #metadata(topics: string[]) {
    try {
      const asked = this.#consumer.metadata({ topics: [...topics], forceUpdate: true })
      return await this.#naming('DESCRIBE', topics, asked)
    } catch (error) {
      if (error instanceof UserError && error.message.startsWith('Unknown topic')) {
        throw new MissingTopicError(topics)
      }
      throw error
    }
  }

  /** @throws the error of an answer, with user and topics where the user lacks a right */
  #naming<T>(operation: KafkaOperation, topics: string[], answer: Promise<T>): Promise<T> {
    return answer.catch((error: unknown) => {
      throw namingRefusal(error, { user: this.#user, operation, what: topicsInWords(topics) })
    })
  }
}

/** Brokers return whole batches: the first can begin before the offset that was asked for. */
function readAnswer(
  { records: batches = [], highWatermark }: FetchResponse['responses'][0]['partitions'][0],
  from: number,
): Pick<FetchedPartition, 'records' | 'next' | 'end'> {
  const records: KafkaRecord[] = []
  let next = from
  for (const { firstOffset, firstTimestamp, lastOffsetDelta, attributes, records: some } of batches) {
    const [first, firstTime] = [Number(firstOffset), Number(firstTimestamp)]
    next = Math.max(next, first + lastOffsetDelta + 1)
    if (attributes & CONTROL) continue
    for (const { offsetDelta, timestampDelta, key, value } of some) {
      const offset = first + offsetDelta
      if (offset < from) continue
      records.push({ offset, timestamp: firstTime + Number(timestampDelta), key, value })
    }
  }
  return { records, next, end: Number(highWatermark) }
}

/**
 * Removes the members of a group that an earlier process with this client id left behind when it was killed. The broker
 * would otherwise wait for them until their sessions expire.
 */
export async function removeFormerMembers(
  address: KafkaAddress,
  clientId: string,
  groupId: string,
): Promise<void> {
  const admin = new Admin(clientOptions(address, clientId))
  try {
    const groups = await admin.describeGroups({ groups: [groupId] })
    const members = [...(groups.get(groupId)?.members.values() ?? [])]
      .filter((member) => member.clientId === clientId)
      .map(({ id }) => ({ memberId: id, reason: 'its process was restarted' }))
    if (members.length > 0) await admin.removeMembersFromConsumerGroup({ groupId, members })
  } finally {
    await admin.close()
  }
}

/** The error of the broker about a group: kafkajs drops it where it finds no coordinator. Undefined: there is none. */
export async function groupError(address: KafkaAddress, clientId: string, groupId: string): Promise<unknown> {
  const admin = new Admin(clientOptions(address, clientId))
  try {
    await admin.describeGroups({ groups: [groupId] })
    return undefined
  } catch (error) {
    return error
  } finally {
    await admin.close()
  }
}
