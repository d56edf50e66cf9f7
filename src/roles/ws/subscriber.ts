import type { ChangeEvent, Position } from '../../domain/change.ts'
import type { Reach } from '../../domain/access.ts'
import type { Principal } from '../../domain/request.ts'
import type { Replay } from '../../ports/changes/port.ts'
import { answerMessage } from './answer-message.ts'
import { Connection } from './connection.ts'
import type { EncodedEvent } from './encode-event.ts'
import { resume } from './resume.ts'
import type { WsLimits } from './limits.ts'
import { formatResumePoint, type ResumePoint, START } from './resume-point.ts'
import { CLOSE, type Transport } from './transport.ts'

/** Whose events a subscriber gets. */
export interface Subscription {
  /** undefined: all documents of the principal's feed */
  documentId: string | undefined
  principal: Principal
  /** the documents that it may read */
  reach: Reach
}

/** What a subscriber needs from the hub. */
export interface SubscriberHub {
  /** the position of a reader that has received everything sent until now */
  position(): Position
  /** the later one of this position and that of the last dispatched event */
  latest(position: Position): Position
  /** the earliest position that can be replayed from */
  oldest(): Promise<Position>
  covers(position: Position, event: ChangeEvent): boolean
  /** @param isWanted asked when the replay can begin; it may have to wait for others */
  replay(subscription: Subscription, after: Position, isWanted: () => boolean): Promise<Replay>
  now(): Date
  onSent(messages: number): void
  onReset(reason: string): void
  onReplayFailed(error: unknown): void
}

export interface SubscriberOptions extends Subscription {
  id: string
  transport: Transport
  /** Unix time in milliseconds; Infinity: never */
  expiresAt: number
  limits: WsLimits
  hub: SubscriberHub
}

/** A client that receives each event of its subscription after its resume point, in order and once. */
export class Subscriber {
  readonly subscription: Subscription
  readonly connection: Connection
  readonly #options: SubscriberOptions
  #point: ResumePoint
  /** events that arrived while earlier ones are read and sent; undefined when the subscriber is live */
  #buffer: EncodedEvent[] | undefined

  /** @param last where the client resumes; without it, it receives what happens from now on */
  constructor(options: SubscriberOptions, last: ResumePoint | undefined) {
    const { hub } = options
    this.subscription = options
    this.#options = options
    this.#point = last ?? { position: hub.position(), skip: 0 }
    this.#buffer = last && []
    this.connection = new Connection({
      ...options,
      resumePoint: () => formatResumePoint(this.#point),
      currentPoint: () => this.#currentPoint(),
    })
  }

  /** Sends `connection.established` and, to a client that resumes, what it missed. Never rejects. */
  async start(): Promise<void> {
    const { id, documentId = null, hub } = this.#options
    const resumed = this.#buffer !== undefined
    try {
      if (this.#point.position === START) this.#point = { position: await hub.oldest(), skip: 0 }
      const position = formatResumePoint(this.#point)
      const data = { document_id: documentId, connection_id: id, position, resumed }
      const timestamp = hub.now().toISOString()
      this.connection.send({ type: 'connection.established', data, timestamp }, position)
      if (!resumed) return
      await resume({
        replay: () => hub.replay(this.subscription, this.#point.position, () => this.#isCatchingUp()),
        isCatchingUp: () => this.#isCatchingUp(),
        waitForCapacity: () => this.connection.waitForCapacity(),
        send: (event) => this.#sendEvent(event),
        nextArrived: () => this.#buffer?.shift(),
        goLive: () => (this.#buffer = undefined),
        reset: (reason) => this.reset(reason),
      })
    } catch (error) {
      hub.onReplayFailed(error)
      // The client retries with the same resume point.
      if (!this.#isCatchingUp()) return
      this.#buffer = []
      this.connection.close(CLOSE.tryAgainLater, 'earlier events cannot be read now')
    }
  }

  /** Answers a message of the client. */
  answer(text: string | undefined): void {
    const message = answerMessage(text, this.#currentPoint())
    this.connection.write({ json: Buffer.from(JSON.stringify(message)) })
  }

  /** Takes an event of the feed. */
  deliver(event: EncodedEvent): void {
    if (!this.connection.isOpen) return
    if (!this.#buffer) return this.#sendEvent(event)
    const { replayBuffer } = this.#options.limits
    if (this.#buffer.push(event) > replayBuffer) this.reset('too many events arrived during the resume')
  }

  /** Resets a client that could not be sent this event, unless it is past it. */
  missed(event: ChangeEvent, reason: string): void {
    if (!this.#options.hub.covers(this.#point.position, event)) this.reset(reason)
  }

  /** Ends the connection of a client that may not read its document any more. */
  endAccess(): void {
    this.#buffer &&= []
    this.connection.close(CLOSE.policyViolation, 'access to the document has ended')
  }

  /** Tells the client that it may have missed events, and continues with what happens from now on. */
  reset(reason: string): void {
    const { hub } = this.#options
    // Buffered events were dispatched before this position, so what the client reads next includes their effect.
    this.#buffer = undefined
    this.#point = { position: hub.position(), skip: 0 }
    hub.onReset(reason)
    const { position } = this.#point
    const timestamp = hub.now().toISOString()
    this.connection.send({ type: 'reset', data: { reason, position }, timestamp }, position)
  }

  #isCatchingUp(): boolean {
    return this.#buffer !== undefined && this.connection.isOpen
  }

  #sendEvent({ event, count, message }: EncodedEvent): void {
    const { hub } = this.#options
    const { position, skip } = this.#point
    if (hub.covers(position, event)) return
    if (count === 0) {
      this.#point = { position: event.position, skip }
      return
    }
    // The messages to skip belong to another event: another instance can have read the topics in a different order.
    const isOther = skip >= count
    const first = isOther ? 0 : skip
    for (let index = first; index < count; index++) {
      const isLast = index === count - 1
      this.#point = isLast
        ? { position: event.position, skip: isOther ? skip : 0 }
        : { position, skip: index + 1 }
      this.connection.write(message(index, position))
    }
    hub.onSent(count - first)
  }

  /** Where a client can resume that has received everything sent until now; it advances without events of its document. */
  #currentPoint(): string | undefined {
    if (this.#buffer) return undefined
    const { position } = this.#point
    const latest = this.#options.hub.latest(position)
    return latest === position ? formatResumePoint(this.#point) : latest
  }
}
