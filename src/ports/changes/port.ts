import type { ChangeEvent, Position, Topic } from '../../domain/change.ts'

/**
 * The feed of every committed change, in commit order for each row, at least once. What can be counted on everywhere is
 * the order of the events of one topic about one document; `kafka:` keeps no other, so instances can see a signature
 * and a change of its document in different orders. An event can be seen before its row is visible to another
 * connection. What is sent twice is dropped where it is recognised; shared consumers must bear repeats.
 */
export interface ChangeFeed {
  /** Begins to deliver where this consumer left off; the first time, with a snapshot of the rows there are (op `r`). */
  consume(consumer: Consumer): Promise<Subscription>
  /** Where a reader stands who has seen everything delivered until now. */
  position(): Position
  /**
   * The earliest position from which `replay` can answer now. Events before it may exist: they are no longer kept.
   * @throws when it cannot be read now
   */
  oldest(): Promise<Position>
  /** Whether a reader at `position` has already seen `event`. */
  covers(position: Position, event: ChangeEvent): boolean
  /**
   * What happened to a document after `position`, in order, at most `limit` events.
   * @throws when that cannot be read now, which says nothing about the position: ask again
   */
  replay(documentId: string, after: Position, limit: number): Promise<Replay>
  /** State for health and metrics, as last known. */
  status(): FeedStatus
  /** The status after asking the server, where it can tell: the lag then includes every change committed before. */
  refreshStatus(): Promise<FeedStatus>
  /** Starts reading, once every consumer is registered. */
  start(): Promise<void>
  /** Consumers finish their batch, their positions are stored, the connection closes. */
  stop(): Promise<void>
}

export interface Consumer {
  /** Stable across restarts: the consumer's stored position is kept under this name. */
  name: string
  topics: readonly Topic[]
  /** `shared`: the instances of a role share the work; `every-instance`: each sees every event from now on. */
  delivery: 'shared' | 'every-instance'
  /** events that one call of `handle` gets at the most */
  maxBatch: number
  /**
   * Milliseconds from the beginning of a batch to that of the next, on average at the least: after a quiet time a few
   * changes are handled at once each, and of many the costs that each batch has are shared. Default 0.
   */
  paceMs?: number
  /**
   * Batches that are handled at the same time, at the most; the position moves on when all before it are done. With
   * more than one, events of one document that are in two of them are handled in any order. Default 1.
   */
  concurrency?: number
  /**
   * Resolves when the effect of the whole batch is durable; only then does the position move on. A transient error
   * (see isTransient) is retried until it works; any other failure is retried event by event, and an event that keeps
   * failing goes to the dead letters.
   */
  handle(events: ChangeEvent[]): Promise<void>
  /** Events may have been lost before what comes next (always a snapshot): forget positions given before. */
  onReset?(reason: string): void
}

export interface Subscription {
  /** Finishes the batch in hand and delivers no more. */
  stop(): Promise<void>
}

export type Replay =
  | { kind: 'events'; events: ChangeEvent[] }
  /** the position is unknown, too old, or more than the limit behind */
  | { kind: 'reset'; reason: string }

export interface FeedStatus {
  state: 'starting' | 'snapshot' | 'streaming' | 'reconnecting' | 'stopped'
  /** bytes of log between the server's end and what every consumer has done; undefined when not known */
  lagBytes?: number
  /** events that are there but not done by this process's share of the work; undefined when not known */
  lagEvents?: number
  /** events read but not yet done, by consumer */
  pending: Record<string, number>
  deadLetters: number
  /** the last error, until the feed works again */
  problem?: string
}
