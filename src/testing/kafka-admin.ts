import { Admin } from '@platformatic/kafka'
import { eventually } from './deadline.ts'
import { stack } from './stack.ts'

/** Administration of the test broker: what tests do to topics and groups and the product never does. */
export interface KafkaAdmin {
  /** The topics are gone for every broker when it resolves. Missing ones are ignored. */
  deleteTopics(topics: string[]): Promise<void>
  /** @param total partitions of each topic afterwards */
  addPartitions(topics: string[], total: number): Promise<void>
  /** Deletes groups, also those that still have members. Missing ones are ignored. */
  deleteGroups(groups: string[]): Promise<void>
  close(): Promise<void>
}

export function openKafkaAdmin(): KafkaAdmin {
  const admin = new Admin({
    clientId: 'docmgr-tests',
    bootstrapBrokers: stack.kafkaBrokers.split(','),
    // Brokers learn of the controller's changes a little later.
    retries: 10,
    retryDelay: 100,
  })
  const existing = async (topics: string[]): Promise<string[]> => {
    const names = new Set(await admin.listTopics())
    return topics.filter((topic) => names.has(topic))
  }
  return {
    async deleteTopics(topics) {
      const found = await existing(topics)
      if (found.length === 0) return
      await admin.deleteTopics({ topics: found })
      await eventually('the topics to be deleted', async () => (await existing(topics)).length === 0)
    },
    async addPartitions(topics, total) {
      await admin.createPartitions({
        topics: topics.map((name) => ({ name, count: total })),
      })
    },
    async deleteGroups(groups) {
      const known = await admin.listGroups()
      const found = groups.filter((group) => known.has(group))
      if (found.length === 0) return
      for (const groupId of found) await admin.removeMembersFromConsumerGroup({ groupId })
      await admin.deleteGroups({ groups: found })
    },
    close: () => admin.close(),
  }
}
