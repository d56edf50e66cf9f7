import type { KafkaOffset, KafkaPartition, KafkaRecord } from './link.ts'

/** The connections of kafkajs, as far as they are used here. */
export interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  addMultipleTargetTopics(topics: string[]): Promise<void>
  refreshMetadata(): Promise<void>
  findBroker(node: { nodeId: string }): Promise<Broker>
  findControllerBroker(): Promise<Broker>
  findTopicPartitionMetadata(topic: string): { partitionId: number }[]
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>
  findGroupCoordinator(group: { groupId: string }): Promise<Broker>
  fetchTopicsOffset(topics: object[]): Promise<TopicOffsets[]>
}

interface TopicOffsets {
  topic: string
  partitions: { partition: number; offset: string }[]
}

/** A broker of kafkajs; its published types leave some of these methods out. */
export interface Broker {
  /** finds the encoder of the newest version of a request that both sides know */
  lookupRequest(apiKey: number, definition: unknown): (values: object) => Exchange
  connectionPool: { send(request: unknown): Promise<unknown> }
  fetch(request: object): Promise<FetchAnswer>
  joinGroup(request: object): Promise<JoinAnswer>
  syncGroup(request: object): Promise<{ memberAssignment: Buffer }>
  heartbeat(request: object): Promise<void>
  leaveGroup(request: object): Promise<void>
  offsetFetch(request: object): Promise<{ responses: TopicOffsets[] }>
  offsetCommit(request: object): Promise<void>
}

export interface JoinAnswer {
  generationId: number
  leaderId: string
  memberId: string
  members: { memberId: string; groupInstanceId?: string | null }[]
}

/** A request, and how its answer is read: from what follows the correlation id, then its errors are thrown. */
export interface Exchange {
  request: { apiVersion: number }
  response: { decode(answer: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<unknown> }
}

export interface FetchAnswer {
  /** milliseconds */
  clientSideThrottleTime: number
  responses: { topicName: string; partitions: FetchedPartition[] }[]
}

/** What an answer to Fetch has of one partition. */
export interface FetchedPartition {
  partition: number
  errorCode: number
  /** one after the last record there is */
  end: number
  /** without those that are no data; perhaps some before the offset that was asked for */
  records: KafkaRecord[]
  /** one after the last offset of a whole batch; undefined where there is none */
  next: number | undefined
}

/** The same as kafkajs reads it. */
export interface KafkaJsFetchAnswer {
  clientSideThrottleTime?: number
  responses: {
    topicName: string
    partitions: {
      partition: number
      errorCode: number
      highWatermark: string
      messages: {
        offset: string
        timestamp: string
        key: Buffer | null
        value: Buffer | null
        isControlRecord?: boolean
      }[]
    }[]
  }[]
}

/** What the members of a group tell each other through the coordinator. */
export interface GroupCodec {
  MemberMetadata: { encode(value: { version: number; topics: string[]; userData: Buffer }): Buffer }
  MemberAssignment: {
    encode(value: { version: number; assignment: Record<string, number[]>; userData: Buffer }): Buffer
    decode(buffer: Buffer): { assignment: Record<string, number[]> } | null
  }
}

export function byTopic<T extends KafkaPartition | KafkaOffset>(partitions: T[]): [string, T[]][] {
  const topics = new Map<string, T[]>()
  for (const one of partitions) topics.set(one.topic, [...(topics.get(one.topic) ?? []), one])
  return [...topics]
}
