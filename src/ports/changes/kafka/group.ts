import type { KafkaOffset, KafkaPartition } from './link.ts'
import { type Broker, byTopic, type Cluster, type GroupCodec, type JoinAnswer } from './protocol.ts'

/** A member of a consumer group, between a join and the next. */
export interface KafkaMembership {
  memberId: string
  /** partitions by topic */
  assigned: KafkaPartition[]
  isLeader: boolean
  /** @throws when this member is no longer one, or the group shares out its work anew */
  heartbeat(): Promise<void>
  /** Offsets of the assigned partitions; without those that were never committed. */
  committed(): Promise<KafkaOffset[]>
  /** @throws when this member is no longer one: the partitions may have another owner already */
  commit(offsets: KafkaOffset[]): Promise<void>
  leave(): Promise<void>
}

export interface JoinOptions {
  group: string
  /** static membership: the member of this name is replaced, and comes back without a rebalance */
  instance: string | undefined
  /** from the join before */
  memberId: string
  topics: string[]
  sessionMs: number
  rebalanceMs: number
}

const ASSIGNER = 'docmgr-by-number'

/**
 * Requests of a static member (KIP-345). kafkajs can encode a group instance id but passes none on, so it is added
 * where a broker looks its encoders up.
 */
function asStaticMember(broker: Broker, instance: string | undefined): Broker {
  if (instance === undefined) return broker
  return Object.create(broker, {
    lookupRequest: {
      value: (apiKey: number, definition: unknown) => {
        const encoderOf = broker.lookupRequest(apiKey, definition)
        return (values: object) => encoderOf({ ...values, groupInstanceId: instance })
      },
    },
  }) as Broker
}

/** Joins a group; the member whom the coordinator chose shares out the partitions. */
export async function joinGroup(
  cluster: Cluster,
  { MemberMetadata, MemberAssignment }: GroupCodec,
  partitionsOf: (topic: string) => KafkaPartition[],
  options: JoinOptions,
): Promise<KafkaMembership> {
  const { group: groupId, topics, instance } = options
  const coordinator = await cluster.findGroupCoordinator({ groupId })
  const broker = asStaticMember(coordinator, instance)
  const metadata = MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) })
  const joined = await broker.joinGroup({
    groupId,
    sessionTimeout: options.sessionMs,
    rebalanceTimeout: options.rebalanceMs,
    memberId: options.memberId,
    groupProtocols: [{ name: ASSIGNER, metadata }],
  })
  const { memberId, generationId } = joined
  const isLeader = joined.leaderId === memberId
  const shares = isLeader ? shareOut(joined.members, topics.flatMap(partitionsOf)) : []
  const { memberAssignment } = await broker.syncGroup({
    groupId,
    generationId,
    memberId,
    groupAssignment: shares.map(({ member, assignment }) => ({
      memberId: member,
      memberAssignment: MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) }),
    })),
  })
  const assignment = MemberAssignment.decode(memberAssignment)?.assignment ?? {}
  const assigned = Object.entries(assignment).flatMap(([topic, partitions]) =>
    partitions.map((partition) => ({ topic, partition })),
  )
  return {
    memberId,
    assigned,
    isLeader,
    heartbeat: () => broker.heartbeat({ groupId, memberId, groupGenerationId: generationId }),
    async committed() {
      if (assigned.length === 0) return []
      const asked = byTopic(assigned).map(([topic, partitions]) => ({ topic, partitions }))
      const { responses } = await broker.offsetFetch({ groupId, topics: asked })
      return responses.flatMap(({ topic, partitions }) =>
        partitions
          .map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) }))
          .filter(({ offset }) => offset >= 0),
      )
    },
    async commit(offsets) {
      const written = byTopic(offsets).map(([topic, some]) => ({
        topic,
        partitions: some.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
      }))
      await broker.offsetCommit({ groupId, memberId, groupGenerationId: generationId, topics: written })
    },
    async leave() {
      await broker.leaveGroup({ groupId, memberId })
    },
  }
}

/** Partition n of every topic to the same member; the order of the members is that of their names. */
function shareOut(members: JoinAnswer['members'], partitions: KafkaPartition[]) {
  const nameOf = (member: JoinAnswer['members'][0]): string => member.groupInstanceId ?? member.memberId
  const sorted = [...members].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
  return sorted.map(({ memberId }, index) => {
    const assignment: Record<string, number[]> = {}
    for (const { topic, partition } of partitions) {
      if (partition % sorted.length === index) (assignment[topic] ??= []).push(partition)
    }
    return { member: memberId, assignment }
  })
}
