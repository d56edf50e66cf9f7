import { KafkaClient } from '../../../kafka/client.ts'
import { groupName, topicNames } from '../../../kafka/topic-names.ts'
import { type KafkaOffset, partitionKey } from '../../../kafka/types.ts'
import { TOPICS } from '../../../domain/topics.ts'
import type { FeedResources, GroupBacklog } from '../driver.ts'
import type { Consumer } from '../port.ts'

/** What the group of a shared consumer has not done. Connects when it is first asked. @throws Error when the URL is wrong */
export function openGroupBacklog(
  url: string,
  { name, topics }: Pick<Consumer, 'name' | 'topics'>,
  { prefix, group, log }: Pick<FeedResources, 'prefix' | 'group' | 'log'>,
): GroupBacklog {
  const client = new KafkaClient(url, 'docmgr-backlog', log)
  const { changes } = topicNames(prefix)
  const names = topics.map((topic) => changes[TOPICS.indexOf(topic)]!)
  let ends: KafkaOffset[] | undefined
  return {
    async left() {
      ends ??= await client.withReader(async (reader) =>
        reader.offsets(await reader.partitionsOf(names), 'latest'),
      )
      const committed = await client.committed(groupName(group, name), ends)
      const done = new Map(committed.map((one) => [partitionKey(one), one.offset]))
      // Without an offset the group begins with the first record.
      return ends.reduce((sum, end) => sum + Math.max(0, end.offset - (done.get(partitionKey(end)) ?? 0)), 0)
    },
    stop: () => client.close(),
  }
}
