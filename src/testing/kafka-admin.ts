import { Admin } from '@platformatic/kafka'
import { eventually } from './deadline.ts'
import { stack } from './stack.ts'

/** Administration of the test broker: what tests do to topics and groups and the product never does. */
export function openKafkaAdmin() {
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
    /** The topics are gone for every broker when it resolves. Missing ones are ignored. */
    async deleteTopics(topics: string[]): Promise<void> {
      const found = await existing(topics)
      if (found.length === 0) return
      await admin.deleteTopics({ topics: found })
      await eventually('the topics to be deleted', async () => (await existing(topics)).length === 0)
    },
    /** @param count partitions of each topic afterwards */
    async addPartitions(topics: string[], count: number): Promise<void> {
      await admin.createPartitions({ topics: topics.map((name) => ({ name, count })) })
    },
    /** Deletes the groups whose names begin with the prefix, also those that still have members. */
    async deleteGroups(prefix: string): Promise<void> {
      const groups = [...(await admin.listGroups()).keys()].filter((group) => group.startsWith(prefix))
      if (groups.length === 0) return
      for (const groupId of groups) await admin.removeMembersFromConsumerGroup({ groupId })
      await admin.deleteGroups({ groups })
    },
    close: (): Promise<void> => admin.close(),
  }
}
