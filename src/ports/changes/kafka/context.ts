import type { GroupTimings, KafkaClient } from '../../../kafka/client.ts'
import type { TopicNames } from '../../../kafka/topic-names.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { Logger } from '../../../runtime/logger.ts'
import type { KafkaDeadLetters } from './dead-letters.ts'

export interface FeedTimings extends GroupTimings {
  /** milliseconds for the consumers to finish their batches when the feed stops */
  stopMs: number
}

/** What the parts of the driver share. */
export interface KafkaContext {
  client: KafkaClient
  names: TopicNames
  deadLetters: KafkaDeadLetters
  clock: Clock
  log: Logger
  timings: FeedTimings
}
