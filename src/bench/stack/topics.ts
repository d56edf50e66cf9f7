import { setTimeout as delay } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'

/** What Kafka says about the topic of documents. */
export interface TopicReader {
  topic: string
  /** how many events it has had */
  events(): Promise<number>
  /** Waits until it has had so many. */
  reach(events: number): Promise<void>
  /** Forgets a group of the bench's own. */
  deleteGroup(group: string): Promise<void>
  stop(): Promise<void>
}

const LIMIT_MS = 60_000
const POLL_MS = 20

export async function openTopicReader(brokers: string, prefix: string): Promise<TopicReader> {
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const topic = `${prefix}.documents`
  const events = async (): Promise<number> =>
    (await admin.fetchTopicOffsets(topic)).reduce((sum, { offset }) => sum + Number(offset), 0)
  return {
    topic,
    events,
    async reach(wanted) {
      const end = performance.now() + LIMIT_MS
      while ((await events()) < wanted) {
        if (performance.now() > end)
          throw new Error(`waited ${LIMIT_MS} ms without success for ${wanted} events on ${topic}`)
        await delay(POLL_MS)
      }
    },
    deleteGroup: async (group) => void (await admin.deleteGroups([group]).catch(() => {})),
    stop: () => admin.disconnect(),
  }
}
