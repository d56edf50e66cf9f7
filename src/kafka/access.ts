import { silentLogger } from '../runtime/logger.ts'
import { KafkaClient } from './client.ts'
import { CONNECT_WORKER } from './connect-worker.ts'
import { groupName, topicNames } from './topic-names.ts'
import type { KafkaOperation, KafkaRight } from './types.ts'

export interface KafkaAccessOptions {
  /** prefix of the topic names */
  prefix: string
  /** prefix of the groups' names */
  group: string
}

/**
 * `read`: every event. `read-in-group`: those of this instance, in a group that is named after the user. `create`: the
 * topics. `publish`: as Kafka Connect. `repair`: reads and settles dead letters, and sees how far the indexer is. `inspect`:
 * reads everything.
 */
export type KafkaLevel = 'read' | 'read-in-group' | 'create' | 'publish' | 'repair' | 'inspect'

/** The rights of a user. Those to read and write include `describe` (Kafka's AclEntry). */
export function kafkaRightsOf(
  user: string,
  level: KafkaLevel,
  { prefix, group }: KafkaAccessOptions,
): KafkaRight[] {
  const { changes, deadLetters, peers } = topicNames(prefix)
  const topics = (names: string[], ...operations: KafkaOperation[]): KafkaRight[] =>
    names.map((name) => ({ resource: 'TOPIC', name, operations }))
  const ofGroup = (name: string, operation: KafkaOperation): KafkaRight => ({
    resource: 'GROUP',
    name,
    operations: [operation],
  })
  const letters = topics([deadLetters], 'READ', 'WRITE')
  const reading = [...topics(changes, 'READ'), ...letters]
  switch (level) {
    case 'read':
      return [...reading, ...topics([peers], 'READ', 'WRITE')]
    case 'read-in-group':
      return [...reading, ofGroup(groupName(group, user), 'READ')]
    case 'create':
      return topics([...changes, deadLetters, peers], 'CREATE', 'DESCRIBE')
    case 'publish':
      return [
        // Debezium's heartbeats have a topic of their own.
        ...topics([...changes, `__debezium-heartbeat.${prefix}`], 'WRITE', 'CREATE'),
        ...topics(CONNECT_WORKER.topics, 'READ', 'WRITE', 'CREATE', 'DESCRIBE_CONFIGS'),
        ofGroup(CONNECT_WORKER.group, 'READ'),
      ]
    case 'repair':
      return [...letters, ...topics(changes, 'DESCRIBE'), ofGroup(groupName(group, 'indexer'), 'DESCRIBE')]
    case 'inspect':
      return [
        ...topics(['*'], 'READ', 'DESCRIBE_CONFIGS'),
        ofGroup('*', 'DESCRIBE'),
        { resource: 'CLUSTER', name: 'kafka-cluster', operations: ['DESCRIBE', 'DESCRIBE_CONFIGS'] },
      ]
  }
}

/**
 * Gives each user exactly its rights; it may be repeated. Passwords are not Kafka's matter here: the broker has them.
 * @param url with the name and password of a superuser
 * @returns how many rights were added and removed, in words
 * @throws Error of the broker, such as CLUSTER_AUTHORIZATION_FAILED
 */
export async function applyKafkaAccess(
  url: string,
  users: ReadonlyMap<string, KafkaLevel>,
  options: KafkaAccessOptions,
): Promise<string> {
  const client = new KafkaClient(url, 'docmgr-access', silentLogger)
  const rights = new Map([...users].map(([user, level]) => [user, kafkaRightsOf(user, level, options)]))
  try {
    const { added, removed } = await client.setRights(rights)
    return `Kafka: ${users.size} users; ${added} rights added, ${removed} removed`
  } finally {
    await client.close()
  }
}
