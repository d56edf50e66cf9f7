import type { Logger } from '../../../runtime/logger.ts'
import { within } from '../../../runtime/within.ts'
import { AssignmentWorker } from './assignment.ts'
import type { Consumer } from '../port.ts'
import type { GroupMember, KafkaClient, RecordBatch } from './client.ts'
import type { KafkaDeadLetters } from './dead-letters.ts'
import { isProtocolError, MissingTopicError } from './errors.ts'
import type { Deduplicator } from './deduplicator.ts'
import type { LogReader } from './log-reader.ts'
import { PartitionProgress } from './partition-progress.ts'
import { MAX_PARTITIONS, type TopicNames } from './topics.ts'
import { type KafkaOffset, type KafkaPartition, partitionKey } from './types.ts'

export interface GroupTimings {
  /** milliseconds without a heartbeat after which a member's partitions go to others */
  sessionMs: number
  heartbeatMs: number
  /** milliseconds that a rebalance waits for the members to finish their batches */
  rebalanceMs: number
  /** milliseconds between looks for new partitions */
  refreshMs: number
  /** milliseconds for the consumers to finish their batches when the feed stops */
  stopMs: number
}

export interface GroupConsumerOptions {
  client: KafkaClient
  consumer: Consumer
  /** prefix of the group's name */
  group: string
  /** the client id is this process's own: members with it are leftovers of an earlier run */
  isNamed: boolean
  names: TopicNames
  deadLetters: KafkaDeadLetters
  log: Logger
  timings: GroupTimings
}

export interface GroupSessionOptions extends GroupConsumerOptions {
  groupName: string
  /** names of the topics in Kafka */
  topics: string[]
  deduplicator: Deduplicator
  /** The group has assigned partitions to this member, perhaps none. */
  onAssigned: (worker: AssignmentWorker) => void
}

const LEAVE_TIMEOUT_MS = 2_000

/** One membership in a consumer group, from joining to leaving or losing Kafka. */
export class GroupSession {
  readonly #options: GroupSessionOptions
  readonly #member: GroupMember
  readonly #reader: LogReader
  #assignment: Promise<AssignmentWorker> | undefined
  #worker: AssignmentWorker | undefined
  #isAsking = false

  constructor(options: GroupSessionOptions) {
    const { client, groupName, timings } = options
    this.#options = options
    this.#member = client.member({ ...timings, group: groupName })
    this.#reader = client.reader()
  }

  /** Joins the group and works until the signal aborts. @throws MissingTopicError, or when Kafka is lost */
  async run(signal: AbortSignal): Promise<void> {
    const { topics } = this.#options
    const member = this.#member
    const { CRASH, GROUP_JOIN, END_BATCH_PROCESS } = member.events
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
      member.on(CRASH, ({ payload }) => reject(payload.error))
      member.on(GROUP_JOIN, ({ payload }) => {
        this.#assignment = this.#open(payload.memberAssignment)
        this.#assignment.catch(reject)
      })
      member.on(END_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, lastOffset } }) => {
        // Only transaction markers.
        if (batchSize === 0) this.#worker?.skipTo({ topic, partition, offset: Number(lastOffset) + 1 })
      })
      const start = async (): Promise<void> => {
        await member.connect()
        await member.subscribe({ topics, fromBeginning: true })
        await member.run({
          autoCommit: false,
          partitionsConsumedConcurrently: topics.length * MAX_PARTITIONS,
          eachBatch: (batch) => this.#process(batch),
        })
      }
      start().catch((error: unknown) => {
        const isMissing = isProtocolError(error, 'UNKNOWN_TOPIC_OR_PARTITION')
        reject(isMissing ? new MissingTopicError(topics) : error)
      })
    })
  }

  /** Finishes the batches in flight, commits, and leaves the group. */
  async close(): Promise<void> {
    const leaving = this.#member.disconnect()
    leaving.catch(() => {})
    await this.#worker?.close(this.#options.timings.stopMs)
    await within(LEAVE_TIMEOUT_MS, leaving).catch(() => {})
    await this.#reader.close()
  }

  async #process(batch: RecordBatch): Promise<void> {
    const worker = await this.#assignment
    await worker!.process(batch)
  }

  async #open(memberAssignment: Record<string, number[]>): Promise<AssignmentWorker> {
    const { client, consumer, groupName, log, names, timings } = this.#options
    const reader = this.#reader
    void this.#worker?.close()
    const partitions = Object.entries(memberAssignment).flatMap(([topic, some]) =>
      some.map((partition) => ({ topic, partition })),
    )
    const [identity, committed, earliest, latest] = await Promise.all([
      reader.identity(names.changes),
      client.committed(groupName, partitions),
      reader.offsets(partitions, 'earliest'),
      reader.offsets(partitions, 'latest'),
    ])
    const from = earliest.map((first) => {
      const find = (some: KafkaOffset[]): KafkaOffset | undefined =>
        some.find((other) => partitionKey(other) === partitionKey(first))
      const position = find(committed)
      if (!position || (position.offset >= first.offset && position.offset <= find(latest)!.offset)) {
        return position ?? first
      }
      const details = { consumer: consumer.name, committed: position, first }
      log.error(details, 'events were removed from Kafka before they were handled')
      return first
    })
    const progress = new PartitionProgress(from, latest)
    this.#worker = new AssignmentWorker({
      ...this.#options,
      identity,
      progress,
      refreshEnds: () => void this.#refreshEnds(partitions, progress),
      heartbeatMs: timings.heartbeatMs,
      closeMs: timings.rebalanceMs,
    })
    this.#options.onAssigned(this.#worker)
    return this.#worker
  }

  /** While batches are handled nothing is fetched that would tell how long the partitions have become. */
  async #refreshEnds(partitions: KafkaPartition[], progress: PartitionProgress): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    const ends = await this.#reader.offsets(partitions, 'latest').catch((): KafkaOffset[] => [])
    progress.setEnds(ends)
    this.#isAsking = false
  }
}
