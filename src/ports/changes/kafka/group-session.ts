import type { GroupMember, RecordBatch } from '../../../kafka/client.ts'
import { isProtocolError, MissingTopicError } from '../../../kafka/errors.ts'
import type { LogReader } from '../../../kafka/log-reader.ts'
import { MAX_PARTITIONS } from '../../../kafka/topics.ts'
import { type KafkaOffset, type KafkaPartition, partitionKey } from '../../../kafka/types.ts'
import { within } from '../../../runtime/within.ts'
import type { Consumer } from '../port.ts'
import { Assignment } from './assignment.ts'
import type { KafkaContext } from './context.ts'
import type { Deduplicator } from './deduplicator.ts'

interface GroupSessionOptions extends KafkaContext {
  consumer: Consumer
  groupName: string
  /** names of the consumer's topics in Kafka */
  topics: string[]
  deduplicator: Deduplicator
}

/** The group has assigned partitions to this member, perhaps none. */
type OnAssigned = (assignment: Assignment) => void

const LEAVE_TIMEOUT_MS = 2_000

/** One membership in a consumer group, from joining to leaving or losing Kafka. */
export class GroupSession {
  readonly #options: GroupSessionOptions
  readonly #member: GroupMember
  readonly #reader: LogReader
  #opening: Promise<Assignment> | undefined
  #assignment: Assignment | undefined
  /** by partition: the first offset that is not done, and the end */
  readonly #lags = new Map<string, { done: number; end: number }>()
  #isAsking = false

  constructor(options: GroupSessionOptions) {
    const { client, groupName, timings } = options
    this.#options = options
    this.#member = client.member(groupName, timings)
    this.#reader = client.reader()
  }

  /** records in the assigned partitions that are not done; undefined before the group has assigned any */
  get lag(): number | undefined {
    if (!this.#assignment) return undefined
    let lag = 0
    for (const { done, end } of this.#lags.values()) lag += Math.max(0, end - done)
    return lag
  }

  /** Joins the group and works until the signal aborts. @throws MissingTopicError, or when Kafka is lost */
  async run(signal: AbortSignal, onAssigned: OnAssigned): Promise<void> {
    const { topics, client, groupName } = this.#options
    const member = this.#member
    const { CRASH, GROUP_JOIN, END_BATCH_PROCESS } = member.events
    // The signal outlives this session by many others.
    const ended = new AbortController()
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(), { once: true, signal: ended.signal })
      member.on(CRASH, ({ payload }) => reject(payload.error))
      member.on(GROUP_JOIN, ({ payload }) => {
        this.#opening = this.#open(payload.memberAssignment, onAssigned)
        this.#opening.catch(reject)
      })
      member.on(END_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, lastOffset } }) => {
        // Only transaction markers.
        if (batchSize === 0) this.#setLag({ topic, partition, done: Number(lastOffset) + 1 })
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
      .catch((error: unknown) => client.throwMemberError(error, groupName, topics))
      .finally(() => ended.abort())
  }

  /** Finishes the batches in flight, commits, and leaves the group. */
  async close(): Promise<void> {
    const leaving = this.#member.disconnect()
    leaving.catch(() => {})
    const { consumer, log, timings } = this.#options
    await within(timings.stopMs, this.#assignment?.close() ?? Promise.resolve()).catch(() => {
      log.warn({ consumer: consumer.name }, 'consumer did not finish its batch; it is delivered again')
    })
    await within(LEAVE_TIMEOUT_MS, leaving).catch(() => {})
    await this.#reader.close()
  }

  async #process({ batch, heartbeat, commitOffsetsIfNecessary }: RecordBatch): Promise<void> {
    const assignment = await this.#opening
    const { topic, partition } = batch
    this.#setLag({ topic, partition, end: Number(batch.highWatermark) })
    await assignment!.process(batch, heartbeat, async (offset) => {
      const partitions = [{ partition, offset: String(offset) }]
      await commitOffsetsIfNecessary({ topics: [{ topic, partitions }] })
      this.#setLag({ topic, partition, done: offset })
    })
  }

  async #open(assigned: Record<string, number[]>, onAssigned: OnAssigned): Promise<Assignment> {
    const { names } = this.#options
    void this.#assignment?.close()
    const partitions = Object.entries(assigned).flatMap(([topic, some]) =>
      some.map((partition) => ({ topic, partition })),
    )
    const [identity, from, ends] = await Promise.all([
      this.#reader.identity(names.changes),
      this.#startOf(partitions),
      this.#reader.offsets(partitions, 'latest'),
    ])
    this.#lags.clear()
    for (const { offset, ...one } of from) this.#setLag({ ...one, done: offset })
    for (const { offset, ...one } of ends) this.#setLag({ ...one, end: offset })
    this.#assignment = new Assignment({
      ...this.#options,
      identity,
      onHeartbeat: () => void this.#refreshEnds(partitions),
    })
    onAssigned(this.#assignment)
    return this.#assignment
  }

  /** Where the member starts: kafkajs goes to the same offsets by itself. */
  async #startOf(partitions: KafkaPartition[]): Promise<KafkaOffset[]> {
    const { client, consumer, groupName, log } = this.#options
    const [committed, earliest] = await Promise.all([
      client.committed(groupName, partitions),
      this.#reader.offsets(partitions, 'earliest'),
    ])
    return earliest.map((first) => {
      const found = committed.find((one) => partitionKey(one) === partitionKey(first))
      if (!found || found.offset >= first.offset) return found ?? first
      const details = { consumer: consumer.name, committed: found, first }
      log.error(details, 'events were removed from Kafka before they were handled')
      return first
    })
  }

  #setLag({ done, end, ...partition }: KafkaPartition & { done?: number; end?: number }): void {
    const key = partitionKey(partition)
    const before = this.#lags.get(key) ?? { done: 0, end: 0 }
    this.#lags.set(key, { done: done ?? before.done, end: Math.max(end ?? 0, before.end) })
  }

  /** While a batch is handled nothing is fetched that would tell the new end of its partition. */
  async #refreshEnds(partitions: KafkaPartition[]): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    const ends = await this.#reader.offsets(partitions, 'latest').catch((): KafkaOffset[] => [])
    for (const { offset, ...one } of ends) this.#setLag({ ...one, end: offset })
    this.#isAsking = false
  }
}
