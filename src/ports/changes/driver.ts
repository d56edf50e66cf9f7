import type { Database } from '../../db/database.ts'
import type { ChangeEvent, Position } from '../../domain/change.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { DeadLetters } from './delivery/dead-letters.ts'
import type { Consumer, FeedStatus } from './port.ts'

/** What a feed is opened with. */
export interface FeedResources {
  /** what `wal:` reads */
  database: Database | undefined
  /** replication slot of `wal:`: unique in the database cluster, at most 63 characters of a-z, 0-9 and _ */
  slot: string
  /** prefix of the topic names of `kafka:` */
  prefix: string
  /** prefix of the consumer groups' names: consumer `indexer` is in group `docmgr-indexer` */
  group: string
  /** name of this process that it keeps over a restart: after a crash it need not wait for its former session to expire */
  instance?: string | undefined
  history: HistoryLimits
  clock: Clock
  log: Logger
}

/**
 * What the portable feed (feed.ts) needs from a source of changes: `wal/` reads PostgreSQL's log, `kafka/` the topics
 * that Debezium writes. A driver reads, delivers to its consumers and stores their positions. The feed owns
 * registration, phases, time limits of a stop, the checks of a replay and the status.
 */
export interface FeedDriver {
  /** what reading found and repaired, in sentences for the operator */
  readonly findings: readonly string[]
  /** Adds a consumer; the feed calls it only before `start`, and once for each name. */
  add(consumer: Consumer): DriverConsumer
  position(): Position
  /** The earliest position from which `replay` can answer now. @throws when it cannot be read now */
  oldest(): Promise<Position>
  /** Whether a reader at `position` has seen the event at `event`; false when `position` is malformed or unknown. */
  covers(position: Position, event: Position): boolean
  /**
   * The events after a position of a document, or of all documents, in order.
   * @param limit maximum number of events
   * @returns why the events cannot be known; the feed then answers `reset`
   * @throws when the events cannot be read now
   */
  replay(documentId: string | undefined, after: Position, limit: number): Promise<ChangeEvent[] | ResetReason>
  status(): DriverStatus
  /** Asks the server for what `status` reports; a driver that cannot ask does nothing. */
  refreshStatus(): Promise<void>
  /** those of all processes */
  readonly deadLetters: Pick<DeadLetters, 'count' | 'list' | 'settle'>
  /** Starts reading. @throws when the server cannot serve the feed at all; other failures are retried */
  start(): Promise<void>
  /** Delivers no more changes. Consumers can still finish their batches and store their positions. */
  halt(): Promise<void>
  /** Closes the connections, after `halt` and after the consumers have stopped. */
  close(): Promise<void>
  /** Ends at once, as a killed process would: no batch is finished and no position is stored. */
  destroy(): void
}

/** One consumer's delivery in this process. */
export interface DriverConsumer {
  readonly consumer: Consumer
  /** events read but not yet done */
  readonly pending: number
  /** events that this process sent to the dead letters */
  readonly deadLetterCount: number
  /** why the consumer does not make progress */
  readonly problem: string | undefined
  /** Finishes the batches in flight and takes no more. */
  stop(): Promise<void>
}

export type DriverStatus = Pick<FeedStatus, 'state' | 'problem' | 'lagBytes' | 'lagEvents'>

/** What the instances of a shared consumer have not done, for a command beside them. */
export interface GroupBacklog {
  /**
   * How many of the records that existed at the first call are not done. A group that begins again from an earlier place
   * has them before it again.
   * @throws when it cannot be read now
   */
  left(): Promise<number>
  stop(): Promise<void>
}

export interface ResetReason {
  reset: string
}

/** How much of the past `replay` reaches. */
export interface HistoryLimits {
  maxAgeHours: number
  maxEvents: number
}
