import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import type { FeedResources } from '../ports/changes/driver.ts'
import { type KafkaTuning, openKafkaFeed } from '../ports/changes/kafka/driver.ts'
import { KafkaClient } from '../kafka/client.ts'
import { readRange } from '../kafka/read-partitions.ts'
import { topicNames, type TopicNames } from '../kafka/topic-names.ts'
import { ensureKafkaTopics } from '../kafka/topics.ts'
import type { OpenFeed } from '../ports/changes/feed.ts'
import type { Consumer } from '../ports/changes/port.ts'
import { systemClock } from '../runtime/clock.ts'
import { silentLogger } from '../runtime/logger.ts'
import { startConsumers } from './changes.ts'
import { openKafkaAdmin } from './kafka-admin.ts'
import { type TestConnector, testConnector } from './kafka-connector.ts'
import { type RecordWriter, recordWriter } from './kafka-records.ts'
import { stack } from './stack.ts'
import { openStackDatabase } from './stack-database.ts'
import { type Undo, undoing } from './undoing.ts'

/** What a test changes of its feed. */
type TestOptions = KafkaTuning & Pick<FeedResources, 'instance'> & { url?: string }

/** Topics and groups of one test. */
export interface TestTopics {
  /** runs clean-up functions after the test */
  context: Undo
  url: string
  /** prefix of the names of the topics and groups */
  prefix: string
  names: TopicNames
  client: KafkaClient
  /** writes like Debezium */
  write: RecordWriter
  createTopics(): Promise<void>
  removeTopics(): Promise<void>
  /** @param total of each topic of changes, afterwards */
  addPartitions(total: number): Promise<void>
  /** A feed that is not started yet. */
  open(options?: TestOptions): Promise<OpenFeed>
  /** A started feed with these consumers. */
  start(consumers: Consumer[], options?: TestOptions): Promise<OpenFeed>
  /** the values of the dead letters */
  deadLetters(): Promise<unknown[]>
}

/** TestTopics with a database whose changes Debezium writes there. */
export interface TestKafka extends TestTopics {
  pool: Pool
  connector: TestConnector
  /** Creates the topics and starts the connector, once. */
  prepare(): Promise<void>
}

const kafkaUrl = `kafka://${stack.kafkaBrokers}`

/** Short times; the broker's minimum session is 6 s. */
const TIMINGS = {
  sessionMs: 6_000,
  heartbeatMs: 200,
  refreshMs: 1_000,
  stopMs: 5_000,
}

/** When the test ends, its feeds stop, and its topics and groups are deleted. The topics are created unless `missing`. */
export async function openTestTopics(t: Undo, { missing = false } = {}): Promise<TestTopics> {
  const context = undoing(t)
  const prefix = `test-${randomBytes(6).toString('hex')}`
  const names = topicNames(prefix)
  const all = [...names.changes, names.deadLetters, names.peers]
  const client = new KafkaClient(kafkaUrl, prefix, silentLogger)
  const admin = openKafkaAdmin()
  context.after(() => Promise.all([client.close(), admin.close()]))
  context.after(() => admin.deleteGroups(prefix))
  context.after(() => admin.deleteTopics(all))
  const test: TestTopics = {
    context,
    url: kafkaUrl,
    prefix,
    names,
    client,
    write: recordWriter(client, names),
    async createTopics() {
      await ensureKafkaTopics(kafkaUrl, { prefix, partitions: 3, replicationFactor: 1, retentionHours: 24 })
    },
    removeTopics: () => admin.deleteTopics(all),
    addPartitions: (total) => admin.addPartitions(names.changes, total),
    async open({ url = kafkaUrl, instance, timings, ...tuning } = {}) {
      const feed = openKafkaFeed(
        url,
        {
          database: undefined,
          slot: 'unused',
          prefix,
          group: prefix,
          instance,
          history: { maxAgeHours: 1, maxEvents: 100_000 },
          clock: systemClock,
          log: silentLogger,
        },
        { ...tuning, timings: { ...TIMINGS, ...timings } },
      )
      context.after(() => feed.stop())
      return feed
    },
    start: async (consumers, options) => startConsumers(await test.open(options), consumers),
    deadLetters: () => valuesIn(client, names.deadLetters),
  }
  if (!missing) await test.createTopics()
  return test
}

/** When the test ends, its connector and database are removed too. */
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

async function valuesIn(client: KafkaClient, topic: string): Promise<unknown[]> {
  const values: unknown[] = []
  await client.withReader(async (reader) => {
    const partitions = await reader.partitionsOf([topic])
    await readRange({
      reader,
      from: await reader.offsets(partitions, 'earliest'),
      until: await reader.offsets(partitions, 'latest'),
      signal: AbortSignal.timeout(10_000),
      onFetched(fetched) {
        for (const { records } of fetched)
          values.push(...records.map(({ value }) => JSON.parse(String(value)) as unknown))
      },
    })
  })
  return values
}
