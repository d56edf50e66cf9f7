import type { ChangeEvent, Position } from '../../domain/change.ts'
import { documentIdOf } from '../../domain/change.ts'
import type { ChangeFeed } from '../../ports/changes/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Logger } from '../../runtime/logger.ts'
import { within } from '../../runtime/within.ts'
import { encodeEvent } from './encode.ts'
import { createGate } from './gate.ts'
import type { WsLimits } from './limits.ts'
import type { WsMetrics } from './metrics.ts'
import type { Subscriber, SubscriberHub } from './subscriber.ts'

/** The subscribers of this process, by document, and the way of the events to them. */
export interface Hub {
  /** what subscribers are given */
  forSubscribers: SubscriberHub
  add(subscriber: Subscriber): void
  remove(subscriber: Subscriber): void
  /** Sends the messages of these events to whom they concern. */
  dispatch(events: readonly ChangeEvent[]): void
  /** Nothing before this is known to be complete any more. */
  resetAll(reason: string): void
  /** Sends a message outside of the history. @returns to how many */
  broadcast(documentId: string, message: object): number
  countOf(documentId: string): number
  /** those with subscribers */
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

export function createHub({ feed, limits, log, clock, metrics }: HubOptions): Hub {
  const byDocument = new Map<string, Set<Subscriber>>()
  const subscribers = new Set<Subscriber>()
  const gate = createGate(limits.replaysAtOnce)
  /** the last event, in the order of the feed, that was dispatched */
  let newest: ChangeEvent | undefined

  const latest = (position: Position): Position =>
    newest && !feed.covers(position, newest) ? newest.position : position

  const dispatchOne = (event: ChangeEvent, corked: Set<Subscriber> | undefined): void => {
    // An event that comes again, after the feed had to start over, does not move the present back.
    if (!newest || !feed.covers(newest.position, event)) newest = event
    const concerned = byDocument.get(documentIdOf(event))
    if (!concerned) return
    const encoded = encodeEvent(event)
    for (const subscriber of concerned) {
      if (corked && !corked.has(subscriber)) {
        subscriber.cork()
        corked.add(subscriber)
      }
      subscriber.deliver(encoded)
    }
  }

  return {
    forSubscribers: {
      // The feed may be ahead of what was dispatched here, or, for a moment, behind it.
      position: () => latest(feed.position()),
      latest,
      oldest: () => within(limits.replayMs, feed.oldest()),
      covers: (position, event) => feed.covers(position, event),
      replay: (documentId, after, isWanted) =>
        within(
          limits.replayMs,
          gate(async () => {
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
      onReplayFailed: (error) => log.warn({ err: error }, 'a resume failed; the client will try again'),
    },
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
      // What one batch has for a subscriber leaves in one write.
      const corked = events.length > 1 ? new Set<Subscriber>() : undefined
      try {
        for (const event of events) dispatchOne(event, corked)
      } finally {
        corked?.forEach((subscriber) => subscriber.uncork())
      }
    },
    resetAll(reason) {
      newest = undefined
      log.warn({ reason, subscribers: subscribers.size }, 'every subscriber is told to read again')
      for (const subscriber of subscribers) subscriber.reset(reason)
    },
    broadcast(documentId, message) {
      const data = Buffer.from(JSON.stringify(message))
      let recipients = 0
      for (const subscriber of byDocument.get(documentId) ?? []) if (subscriber.write(data)) recipients++
      return recipients
    },
    countOf: (documentId) => byDocument.get(documentId)?.size ?? 0,
    documentIds: () => byDocument.keys(),
    all: () => subscribers,
    stats: () => ({ connections: subscribers.size, documents: byDocument.size }),
  }
}
