import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { type KafkaFeedOptions, openKafkaFeed } from '../ports/changes/kafka/driver.ts'
import { type KafkaClient, openKafka } from '../ports/changes/kafka/client.ts'
import { ensureKafkaTopics, topicNames } from '../ports/changes/kafka/topics.ts'
import { parseKafkaUrl } from '../ports/changes/kafka/url.ts'
import type { OpenFeed } from '../ports/changes/feed.ts'
import type { Consumer } from '../ports/changes/port.ts'
import { systemClock } from '../runtime/clock.ts'
import { silentLogger } from '../runtime/logger.ts'
import { type TestConnector, testConnector } from './kafka-connector.ts'
import { type RecordWriter, recordWriter } from './kafka-records.ts'
import { stack } from './stack.ts'
import { openStackDatabase } from './stack-database.ts'
import { type Undo, undoing } from './undoing.ts'

/** Topics and groups of its own. */
export interface TestTopics {
  /** runs clean-up functions after the test */
  context: Undo
  url: string
  /** what the names of the topics and of the groups begin with */
  prefix: string
  client: KafkaClient
  /** writes as Debezium would */
  write: RecordWriter
  createTopics(partitions?: number): Promise<void>
  removeTopics(): Promise<void>
  /** @param total of each topic of changes, afterwards */
  addPartitions(total: number): Promise<void>
  /** A feed that is not started yet. */
  open(options?: Partial<KafkaFeedOptions>): Promise<OpenFeed>
  /** A started feed with these consumers. */
  start(consumers: Consumer[], options?: Partial<KafkaFeedOptions>): Promise<OpenFeed>
  /** every record of a topic, partition by partition */
  read(topic: 'documents' | 'signatures' | 'deadLetters'): Promise<TestRecord[]>
}

/** The same, with a database whose changes Debezium writes there. */
export interface TestKafka extends TestTopics {
  pool: Pool
  connector: TestConnector
  /** Creates the topics and starts the connector, once. */
  prepare(): Promise<void>
}

export interface TestRecord {
  partition: number
  offset: number
  key: string
  value: unknown
  text: string | null
}

export const kafkaUrl = `kafka://${stack.kafkaBrokers}`

/** Timings with which tests need not wait long; the broker's least session is 6 s. */
const TIMINGS = {
  sessionMs: 6_000,
  staticSessionMs: 6_000,
  heartbeatMs: 200,
  refreshMs: 1_000,
  stopMs: 5_000,
}

/** When the test ends, feeds stop, and topics and groups go. The topics are there unless `missing`. */
export async function openTestTopics(t: Undo, { missing = false } = {}): Promise<TestTopics> {
  const context = undoing(t)
  const prefix = `test-${randomBytes(6).toString('hex')}`
  const names = topicNames(prefix)
  const client = openKafka({ address: parseKafkaUrl(kafkaUrl), clientId: prefix, log: silentLogger })
  const groups = new Set<string>()
  context.after(() => client.close())
  context.after(() => client.deleteGroups([...groups]))
  context.after(() => client.deleteTopics(Object.values(names)))
  const test: TestTopics = {
    context,
    url: kafkaUrl,
    prefix,
    client,
    write: recordWriter(client, prefix),
    async createTopics(partitions = 3) {
      const settings = { prefix, partitions, replicationFactor: 1, retentionHours: 24, log: silentLogger }
      await ensureKafkaTopics(kafkaUrl, settings)
    },
    removeTopics: () => client.deleteTopics(Object.values(names)),
    addPartitions: (total) => client.addPartitions([names.documents, names.signatures], total),
    async open(options = {}) {
      const feed = openKafkaFeed({
        url: kafkaUrl,
        prefix,
        group: prefix,
        history: { maxAgeHours: 1, maxEvents: 100_000 },
        clock: systemClock,
        log: silentLogger,
        ...options,
        timings: { ...TIMINGS, ...options.timings },
      })
      context.after(() => feed.stop())
      const { consume } = feed
      feed.consume = (consumer) => {
        groups.add(`${prefix}-${consumer.name}`)
        return consume(consumer)
      }
      return feed
    },
    async start(consumers, options) {
      const feed = await test.open(options)
      for (const consumer of consumers) await feed.consume(consumer)
      await feed.start()
      return feed
    },
    read: (topic) => readAll(client, names[topic]),
  }
  if (!missing) await test.createTopics()
  return test
}

/** When the test ends, connector and database go too. */
export async function openTestKafka(t: Undo): Promise<TestKafka> {
  const context = undoing(t)
  const topics = await openTestTopics(context, { missing: true })
  const database = await openStackDatabase(context)
  const connector = testConnector(context, { database, prefix: topics.prefix })
  let prepared: Promise<void> | undefined
  return {
    ...topics,
    pool: database.database.pool,
    connector,
    prepare: () => (prepared ??= topics.createTopics().then(() => connector.start())),
  }
}

async function readAll(client: KafkaClient, topic: string): Promise<TestRecord[]> {
  const link = client.link()
  try {
    await link.refresh([topic])
    const records: TestRecord[] = []
    for (const place of await link.offsets(link.partitionsOf(topic), 'earliest')) {
      const [end] = await link.offsets([place], 'latest')
      for (let offset = place.offset; offset < end!.offset;) {
        const [broker] = [...link.leaders([place]).keys()]
        const [fetched] = await link.fetch(broker!, [{ ...place, offset }], {
          waitMs: 100,
          bytes: 1e6,
          bytesPerPartition: 1e6,
        })
        for (const record of fetched!.records) {
          const text = record.value?.toString() ?? null
          const value: unknown = text === null ? null : parsed(text)
          records.push({
            partition: place.partition,
            offset: record.offset,
            key: String(record.key),
            value,
            text,
          })
        }
        offset = fetched!.next
      }
    }
    return records
  } finally {
    await link.close()
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
