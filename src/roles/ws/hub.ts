import { type ChangeEvent, documentIdOf, type Position } from '../../domain/change.ts'
import type { ChangeFeed } from '../../ports/changes/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Logger } from '../../runtime/logger.ts'
import { createSemaphore } from '../../runtime/semaphore.ts'
import { within } from '../../runtime/within.ts'
import { encodeEvent } from './encode-event.ts'
import type { WsLimits } from './limits.ts'
import type { WsMetrics } from './metrics.ts'
import type { Subscriber, SubscriberHub } from './subscriber.ts'

/** The subscribers of this process, by document; it dispatches events to them. */
export interface Hub {
  forSubscribers: SubscriberHub
  add(subscriber: Subscriber): void
  remove(subscriber: Subscriber): void
  /** Sends the messages of these events to the subscribers of their documents. */
  dispatch(events: readonly ChangeEvent[]): void
  /** Earlier history may be incomplete. */
  resetAll(reason: string): void
  /** Sends a message that is not in the history. @returns the number of recipients */
  broadcast(documentId: string, message: object): number
  countOf(documentId: string): number
  /** the documents with subscribers */
  documentIds(): Iterable<string>
  all(): Iterable<Subscriber>
  stats(): { connections: number; documents: number }
}

export interface HubOptions {
  feed: Pick<ChangeFeed, 'position' | 'oldest' | 'covers' | 'replay'>
  limits: WsLimits
  log: Logger
  clock: Clock
  metrics: WsMetrics | undefined
}

export function createHub(options: HubOptions): Hub {
  const { feed } = options
  const byDocument = new Map<string, Set<Subscriber>>()
  const subscribers = new Set<Subscriber>()
  /** the last dispatched event, in the order of the feed */
  let newest: ChangeEvent | undefined

  const dispatchOne = (event: ChangeEvent, corked: Set<Subscriber> | undefined): void => {
    // A feed that starts again repeats events; they do not move the newest one back.
    if (!newest || !feed.covers(newest.position, event)) newest = event
    const recipients = byDocument.get(documentIdOf(event))
    if (!recipients) return
    const encoded = encodeEvent(event)
    for (const subscriber of recipients) {
      if (corked && !corked.has(subscriber)) {
        subscriber.connection.cork()
        corked.add(subscriber)
      }
      subscriber.deliver(encoded)
    }
  }

  return {
    forSubscribers: createSubscriberHub(options, () => newest),
    add(subscriber) {
      subscribers.add(subscriber)
      const { documentId } = subscriber
      const others = byDocument.get(documentId)
      if (others) others.add(subscriber)
      else byDocument.set(documentId, new Set([subscriber]))
    },
    remove(subscriber) {
      subscribers.delete(subscriber)
      const others = byDocument.get(subscriber.documentId)
      others?.delete(subscriber)
      if (others?.size === 0) byDocument.delete(subscriber.documentId)
    },
    dispatch(events) {
      // The messages of a batch reach a subscriber in one write.
      const corked = events.length > 1 ? new Set<Subscriber>() : undefined
      try {
        for (const event of events) dispatchOne(event, corked)
      } finally {
        corked?.forEach(({ connection }) => connection.uncork())
      }
    },
    resetAll(reason) {
      newest = undefined
      options.log.warn({ reason, subscribers: subscribers.size }, 'every subscriber is reset')
      for (const subscriber of subscribers) subscriber.reset(reason)
    },
    broadcast(documentId, message) {
      const data = Buffer.from(JSON.stringify(message))
      let recipients = 0
      for (const { connection } of byDocument.get(documentId) ?? []) if (connection.write(data)) recipients++
      return recipients
    },
    countOf: (documentId) => byDocument.get(documentId)?.size ?? 0,
    documentIds: () => byDocument.keys(),
    all: () => subscribers,
    stats: () => ({ connections: subscribers.size, documents: byDocument.size }),
  }
}

function createSubscriberHub(
  { feed, limits, log, clock, metrics }: HubOptions,
  newest: () => ChangeEvent | undefined,
): SubscriberHub {
  const replays = createSemaphore(limits.concurrentReplays)
  const latest = (position: Position): Position => {
    const event = newest()
    return event && !feed.covers(position, event) ? event.position : position
  }
  return {
    // The feed can be ahead of the last dispatched event or, for a moment, behind it.
    position: () => latest(feed.position()),
    latest,
    oldest: () => within(limits.replayMs, feed.oldest()),
    covers: (position, event) => feed.covers(position, event),
    replay: (documentId, after, isWanted) =>
      within(
        limits.replayMs,
        replays.run(async () => {
          if (!isWanted()) return { kind: 'events', events: [] }
          return feed.replay(documentId, after, limits.replayEvents)
        }),
      ),
    now: () => clock.now(),
    onSent: (count) => metrics?.messages.inc(count),
    onReset(reason) {
      metrics?.resets.inc()
      log.debug({ reason }, 'subscriber was reset')
    },
    onReplayFailed: (error) => log.warn({ err: error }, 'a resume failed; the client will retry'),
  }
}
