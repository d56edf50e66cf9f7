import { Kafka, logLevel, type Message } from 'kafkajs'
import type { Random } from '../random.ts'
import { pause, poll, succeed } from '../wait.ts'
import type { Strike } from './service.ts'
import type { StackProcesses } from './stack-processes.ts'

const TOPICS = ['cdc.documents', 'cdc.signatures']
const READ_MS = 20_000
/** records that are written again */
const REPLAYED = 300
const REPAIR_MS = 180_000

/** What can happen between the database and the consumers, each followed by what README tells the operator to do. */
export function feedStrikes(processes: StackProcesses, kafkaPort: number): Record<string, Strike> {
  const kafka = new Kafka({ brokers: [`127.0.0.1:${kafkaPort}`], logLevel: logLevel.NOTHING })
  const connector = (): Promise<void> => succeed(REPAIR_MS, 1_000, () => remakeConnector(processes))
  return {
    async 'drop-slot'(random) {
      const sql =
        "select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = 'docmgr_cdc';" +
        "select pg_drop_replication_slot('docmgr_cdc')"
      await succeed(REPAIR_MS, 10, () => processes.stack('exec', 'postgres', 'psql', '-c', sql))
      // The connector restarts after two seconds, finds its offsets without a slot, and fails.
      await pause(random.whole(0, 8_000))
      await connector()
    },
    snapshot: connector,
    async 'recreate-topics'() {
      await succeed(REPAIR_MS, 500, () =>
        withAdmin(kafka, (admin) => admin.deleteTopics({ topics: TOPICS, timeout: READ_MS })),
      )
      await pause(1_000)
      await connector()
    },
    // Another strike of the same moment may stop the brokers.
    'replay-shuffled': (random) => succeed(REPAIR_MS, 1_000, () => replay(kafka, random)),
  }
}

/** Deletes the connector with its offsets and its slot, and creates it again: it begins with a snapshot. */
async function remakeConnector(processes: StackProcesses): Promise<void> {
  await processes.docmgr('cdc', 'delete', '--yes')
  await processes.docmgr('cdc', 'apply')
}

async function withAdmin<T>(
  kafka: Kafka,
  work: (admin: ReturnType<Kafka['admin']>) => Promise<T>,
): Promise<T> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    return await work(admin)
  } finally {
    await admin.disconnect().catch(() => {})
  }
}

/** Writes records that were there before again, in another order, to their partitions. */
async function replay(kafka: Kafka, random: Random): Promise<void> {
  const records: (Message & { topic: string })[] = []
  const group = `chaos-${random.whole(0, 2 ** 31)}`
  // It would go on for ever: disconnect() does not end a restart that is under way.
  const retry = { restartOnFailure: async () => false }
  const consumer = kafka.consumer({ groupId: group, retry })
  const producer = kafka.producer()
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: TOPICS, fromBeginning: true })
    let readAt = performance.now()
    await consumer.run({
      eachMessage: async ({ topic, partition, message: { key, value } }) => {
        readAt = performance.now()
        records.push({ topic, partition, key, value })
      },
    })
    await poll(READ_MS, async () => records.length > 0 && performance.now() - readAt > 1_500)
    await producer.connect()
    for (const { topic, ...message } of random.shuffle(records).slice(0, REPLAYED))
      await producer.send({ topic, messages: [message] })
  } finally {
    await consumer.disconnect().catch(() => {})
    await producer.disconnect().catch(() => {})
    await withAdmin(kafka, (admin) => admin.deleteGroups([group])).catch(() => {})
  }
}
