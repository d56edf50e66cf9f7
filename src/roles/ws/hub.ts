import { type ChangeEvent, documentIdOf, type Position, traceparentOf } from '../../domain/change.ts'
import type { ChangeFeed, Replay } from '../../ports/changes/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Logger } from '../../runtime/logger.ts'
import { createSemaphore } from '../../runtime/semaphore.ts'
import { recordSpanBelow } from '../../runtime/spans.ts'
import { within } from '../../runtime/within.ts'
import { type EncodedEvent, encodeEvent } from './encode-event.ts'
import { createAccessChecks, createVisibility, findReaders, type Visibility } from './event-access.ts'
import type { KnownDocuments } from './known-documents.ts'
import type { WsLimits } from './limits.ts'
import type { WsMetrics } from './metrics.ts'
import type { Subscriber, SubscriberHub, Subscription } from './subscriber.ts'

/** The subscribers of this process; it dispatches events to them. */
export interface Hub {
  forSubscribers: SubscriberHub
  /** Closes it at once when its access has ended since it was admitted. */
  add(subscriber: Subscriber): void
  /** Looks again at subscribers whose access could have ended unnoticed, until that is known. */
  recheck(): void
  remove(subscriber: Subscriber): void
  /** Sends the messages of these events to those who subscribed to them. */
  dispatch(events: readonly ChangeEvent[]): Promise<void>
  /** Earlier history may be incomplete. */
  resetAll(reason: string): void
  /** Sends a message that is not in the history to the subscribers of a document. @returns the number of recipients */
  broadcast(documentId: string, message: object): number
  /** the documents with subscribers */
  documentIds(): Iterable<string>
  all(): Iterable<Subscriber>
  stats(): { connections: number; documents: number }
}

export interface HubOptions {
  feed: Pick<ChangeFeed, 'position' | 'oldest' | 'covers' | 'replay'>
  known: KnownDocuments
  limits: WsLimits
  log: Logger
  clock: Clock
  metrics: WsMetrics | undefined
}

const READERS_UNKNOWN = 'it could not be found out who may read the document that was changed'

export function createHub(options: HubOptions): Hub {
  const { feed, known } = options
  const subscribers = createSubscriberSet()
  const isVisible = createVisibility(known)
  const { hasEnded, recheck, recheckAll, forget } = createAccessChecks(known, subscribers.all)
  /** the last dispatched event, in the order of the feed */
  let newest: ChangeEvent | undefined

  const dispatchOne = (event: ChangeEvent, corked: Set<Subscriber> | undefined): void => {
    // A feed that starts again repeats events; they do not move the newest one back.
    if (!newest || !feed.covers(newest.position, event)) newest = event
    const begun = performance.now()
    let encoded: EncodedEvent | undefined
    let recipients = 0
    for (const subscriber of recipientsOf(event, subscribers, isVisible, hasEnded)) {
      encoded ??= encodeEvent(event)
      if (corked && !corked.has(subscriber)) {
        subscriber.connection.cork()
        corked.add(subscriber)
      }
      subscriber.deliver(encoded)
      recipients++
    }
    if (recipients > 0) recordDelivery(event, recipients, begun)
  }

  return {
    forSubscribers: createSubscriberHub(options, isVisible, () => newest),
    add(subscriber) {
      subscribers.add(subscriber)
      if (hasEnded(subscriber.subscription)) subscriber.endAccess()
    },
    recheck,
    remove(subscriber) {
      subscribers.remove(subscriber)
      forget(subscriber)
    },
    async dispatch(events) {
      known.observe(events)
      if (subscribers.limited > 0) await findReaders(known, events)
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
      known.clear()
      options.log.warn({ reason, subscribers: subscribers.all.size }, 'every subscriber is reset')
      for (const subscriber of subscribers.all) subscriber.reset(reason)
      // That it ended can be among what was missed.
      recheckAll()
    },
    broadcast(documentId, message) {
      const json = Buffer.from(JSON.stringify(message))
      let recipients = 0
      for (const { connection } of subscribers.ofDocument(documentId))
        if (connection.write({ json })) recipients++
      return recipients
    },
    documentIds: () => subscribers.documentIds(),
    all: () => subscribers.all,
    stats: () => ({ connections: subscribers.all.size, documents: subscribers.documents }),
  }
}

/** The subscribers, by what they subscribed to. */
function createSubscriberSet() {
  const all = new Set<Subscriber>()
  /** those with a feed over many documents */
  const ofFeeds = new Set<Subscriber>()
  const byDocument = new Map<string, Set<Subscriber>>()
  let limited = 0
  return {
    all,
    ofFeeds,
    /** how many may not see the events of every document */
    get limited(): number {
      return limited
    },
    ofDocument: (documentId: string): Iterable<Subscriber> => byDocument.get(documentId) ?? [],
    documentIds: () => byDocument.keys(),
    get documents(): number {
      return byDocument.size
    },
    add(subscriber: Subscriber): void {
      all.add(subscriber)
      const { documentId, reach } = subscriber.subscription
      if (reach !== 'all') limited++
      if (documentId === undefined) return void ofFeeds.add(subscriber)
      const others = byDocument.get(documentId)
      if (others) others.add(subscriber)
      else byDocument.set(documentId, new Set([subscriber]))
    },
    remove(subscriber: Subscriber): void {
      const { documentId = '', reach } = subscriber.subscription
      if (all.delete(subscriber) && reach !== 'all') limited--
      ofFeeds.delete(subscriber)
      const others = byDocument.get(documentId)
      others?.delete(subscriber)
      if (others?.size === 0) byDocument.delete(documentId)
    },
  }
}

/** Closes, on the way, those whose access to their document has ended. */
function* recipientsOf(
  event: ChangeEvent,
  { ofDocument, ofFeeds }: ReturnType<typeof createSubscriberSet>,
  isVisible: Visibility,
  hasEnded: (subscription: Subscription) => boolean,
): Generator<Subscriber, void> {
  for (const group of [ofDocument(documentIdOf(event)), ofFeeds])
    for (const subscriber of group) {
      const verdict = isVisible(subscriber.subscription, event)
      if (verdict === true) yield subscriber
      else if (verdict === 'unknown') subscriber.missed(event, READERS_UNKNOWN)
      else if (hasEnded(subscriber.subscription)) subscriber.endAccess()
    }
}

/** A span in the trace of the request that made the change. */
const recordDelivery = (event: ChangeEvent, recipients: number, begun: number): void =>
  recordSpanBelow(traceparentOf(event), {
    name: `send ${event.topic}`,
    kind: 'producer',
    begun,
    attributes: { 'network.protocol.name': 'websocket', 'docmgr.recipients': recipients },
  })

function createSubscriberHub(
  { feed, known, limits, log, clock, metrics }: HubOptions,
  isVisible: Visibility,
  newest: () => ChangeEvent | undefined,
): SubscriberHub {
  const replays = createSemaphore(limits.concurrentReplays)
  const feedReplays = createSemaphore(limits.concurrentFeedReplays)
  const latest = (position: Position): Position => {
    const event = newest()
    return event && !feed.covers(position, event) ? event.position : position
  }
  const replayVisible = async (subscription: Subscription, after: Position): Promise<Replay> => {
    const { documentId, reach } = subscription
    const max = documentId === undefined ? limits.feedReplayEvents : limits.replayEvents
    const replay = await feed.replay(documentId, after, max)
    if (replay.kind === 'reset' || reach === 'all') return replay
    known.observe(replay.events)
    await findReaders(known, replay.events)
    const verdicts = replay.events.map((event) => isVisible(subscription, event))
    if (verdicts.includes('unknown')) return { kind: 'reset', reason: READERS_UNKNOWN }
    return { kind: 'events', events: replay.events.filter((_, index) => verdicts[index]) }
  }
  return {
    // The feed can be ahead of the last dispatched event or, for a moment, behind it.
    position: () => latest(feed.position()),
    latest,
    oldest: () => within(limits.replayMs, feed.oldest()),
    covers: (position, event) => feed.covers(position, event),
    replay(subscription, after, isWanted) {
      const { documentId } = subscription
      const replay = async (): Promise<Replay> => {
        if (!isWanted()) return { kind: 'events', events: [] }
        return replayVisible(subscription, after)
      }
      const turns = documentId === undefined ? feedReplays : replays
      return within(limits.replayMs, turns.run(replay))
    },
    now: () => clock.now(),
    onSent: (count) => metrics?.messages.inc(count),
    onReset(reason) {
      metrics?.resets.inc()
      log.debug({ reason }, 'subscriber was reset')
    },
    onReplayFailed: (error) => log.warn({ err: error }, 'a resume failed; the client will retry'),
  }
}
