export interface KafkaPartition {
  topic: string
  partition: number
}

export interface KafkaOffset extends KafkaPartition {
  /** of the next record */
  offset: number
}

export interface KafkaRecord {
  offset: number
  /** Unix time in milliseconds */
  timestamp: number
  key: Buffer | null
  value: Buffer | null
}

/** What one fetch returned for one partition. */
export interface FetchedPartition extends KafkaPartition {
  /** without transaction markers */
  records: KafkaRecord[]
  /** the offset to fetch from next; records that were compacted away and transaction markers are skipped */
  next: number
  /** one after the last record of the partition */
  end: number
}

/** Identifies a partition as the key of a map. */
export function partitionKey({ topic, partition }: KafkaPartition): string {
  return `${topic}/${partition}`
}

export function groupByTopic<T extends KafkaPartition>(partitions: T[]): Map<string, T[]> {
  const topics = new Map<string, T[]>()
  for (const one of partitions) {
    const others = topics.get(one.topic)
    if (others) others.push(one)
    else topics.set(one.topic, [one])
  }
  return topics
}

/** As Kafka calls it. */
export type KafkaOperation = 'READ' | 'WRITE' | 'CREATE' | 'DESCRIBE' | 'DESCRIBE_CONFIGS' | 'ALTER'

/** What a user may do with a topic or a group, or with the cluster. */
export interface KafkaRight {
  resource: 'TOPIC' | 'GROUP' | 'CLUSTER'
  /** `*`: all of them */
  name: string
  operations: KafkaOperation[]
}
