import type { ChangeEvent, Position } from '../../domain/change.ts'
import type { Topic } from '../../domain/topics.ts'
import type { DeadLetters } from './delivery/dead-letters.ts'

export { type DeadLetter, documentOf, RETRYING_CONSUMER } from './delivery/dead-letters.ts'

/**
 * The feed of every committed change, at least once. The events of one topic about one document arrive in commit order.
 * `kafka:` orders nothing else: instances can see a signature and a change of its document in different orders. An event
 * can arrive before its row is visible to another connection. A driver drops repeated events that it recognises, but a
 * shared consumer must accept repeats.
 */
export interface ChangeFeed {
  /** Registers a consumer before `start`. It continues where it left off; the first time it begins with a snapshot. */
  consume(consumer: Consumer): Promise<Subscription>
  /** The position of a reader that has seen everything delivered until now. */
  position(): Position
  /**
   * The earliest position from which `replay` can answer now. Events before it may exist: they are no longer kept.
   * @throws when it cannot be read now
   */
  oldest(): Promise<Position>
  /** Whether a reader at `position` has already seen `event`. */
  covers(position: Position, event: ChangeEvent): boolean
  /** Whether a text has the form of a position, of this feed or of any other; `replay` tells whether it is known. */
  isPosition(text: string): boolean
  /**
   * The events after `position` of a document, or of all documents without `documentId`, in order, at most `limit` of them.
   * @throws when they cannot be read now; the position may still be valid, so ask again
   */
  replay(documentId: string | undefined, after: Position, limit: number): Promise<Replay>
  /** What consumers could not process, in any process. */
  readonly deadLetters: Pick<DeadLetters, 'count' | 'list' | 'settle'>
  /** State for health and metrics, as last known. */
  status(): FeedStatus
  /** The status after asking the server, where it can tell: the lag then includes every change committed before. */
  refreshStatus(): Promise<FeedStatus>
  /** Starts reading, once every consumer is registered. */
  start(): Promise<void>
  /** Finishes the batches in flight, stores the consumers' positions and closes the connections. */
  stop(): Promise<void>
}

export interface Consumer {
  /** Stable across restarts: the consumer's position is stored under this name. */
  name: string
  topics: readonly Topic[]
  /** `shared`: the instances of a role share the events; `every-instance`: each gets every event from now on. */
  delivery: 'shared' | 'every-instance'
  /** maximum number of events of one call of `handle` */
  maxBatch: number
  /**
   * Average minimum of milliseconds between the starts of two batches. After a quiet time a few changes are handled at
   * once each; under load the events collect, and the fixed costs of a batch are shared. Default 0.
   */
  paceMs?: number
  /**
   * Maximum number of batches in flight; the position advances when all earlier ones are done. With more than one,
   * events of a document that are in two of them are handled in any order. Default 1.
   */
  concurrency?: number
  /**
   * Resolves when the effect of the whole batch is durable; only then does the position advance. A DomainError
   * `unavailable` or `deadline-exceeded` is retried until it succeeds. After any other error the batch is halved until
   * the failing event is alone; an event that keeps failing goes to the dead letters.
   */
  handle(events: ChangeEvent[]): Promise<void>
  /** Events may be missing before the next one. Positions given before are invalid; a shared consumer gets a snapshot. */
  onReset?(reason: string): void
}

export interface Subscription {
  /** Finishes the batches in flight and delivers no more. */
  stop(): Promise<void>
}

export type Replay =
  | { kind: 'events'; events: ChangeEvent[] }
  /** the position is unknown, too old, or more than the limit behind */
  | { kind: 'reset'; reason: string }

export interface FeedStatus {
  state: 'starting' | 'snapshot' | 'streaming' | 'reconnecting' | 'stopped'
  /** bytes of log between the server's end and what every consumer has done; undefined when unknown */
  lagBytes?: number
  /** events that exist but are not done by this process's share; undefined when unknown */
  lagEvents?: number
  /** events read but not yet done, by consumer */
  pending: Record<string, number>
  /** of all processes, as last counted */
  deadLetters: number
  /** the last error, until the feed works again */
  problem?: string
}
