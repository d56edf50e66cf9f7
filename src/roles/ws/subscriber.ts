import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { ChangeEvent, Position } from '../../domain/change.ts'
import type { Principal } from '../../domain/request.ts'
import type { Replay } from '../../ports/changes/port.ts'
import { answerTo, errorMessage } from './answer.ts'
import { type EncodedEvent, encodeEvent } from './encode.ts'
import type { WsLimits } from './limits.ts'
import { formatPlace, type Place, START } from './place.ts'
import { createRate } from './rate.ts'

/** Codes of RFC 6455, 7.4.1, and of its registry at IANA. */
export const CLOSE = { goingAway: 1001, policyViolation: 1008, tryAgainLater: 1013 } as const

/** RFC 6455, 5.5.1: a control frame has at most 125 bytes, two of them for the code. */
const MAX_REASON_BYTES = 123

/** What a subscriber asks of the hub that it belongs to. */
export interface SubscriberHub {
  /** the place from which nothing is missed by someone who has seen everything sent until now */
  position(): Position
  /** the later one of this position and that of the last event that was dispatched */
  latest(position: Position): Position
  /** the earliest position that can be replayed from */
  oldest(): Promise<Position>
  covers(position: Position, event: ChangeEvent): boolean
  /** @param isWanted asked when its turn has come */
  replay(documentId: string, after: Position, isWanted: () => boolean): Promise<Replay>
  now(): Date
  onSent(messages: number): void
  onReset(reason: string): void
  onReplayFailed(error: unknown): void
}

export interface SubscriberOptions {
  id: string
  documentId: string
  principal: Principal
  /** when the token runs out, milliseconds since the epoch; Infinity when it never does */
  expiresAt: number
  ws: WebSocket
  /** the connection below `ws` */
  socket: Duplex
  hub: SubscriberHub
  limits: WsLimits
}

/** One client's connection: it gets each event of its document after its place, in order and once. */
export class Subscriber {
  readonly id: string
  readonly documentId: string
  readonly principal: Principal
  readonly #options: SubscriberOptions
  readonly #rate: ReturnType<typeof createRate>
  #place: Place
  /** events that arrived while the missed ones are read and sent; undefined when live */
  #buffer: EncodedEvent[] | undefined
  #alive = true
  #pingedAt = performance.now()

  /** @param last where the client wants to go on; without it, it starts at the present */
  constructor(options: SubscriberOptions, last: Place | undefined) {
    const { ws, hub, limits } = options
    this.id = options.id
    this.documentId = options.documentId
    this.principal = options.principal
    this.#options = options
    this.#rate = createRate({ burst: limits.messageBurst, perSecond: limits.messagesPerSecond })
    this.#place = last ?? { position: hub.position(), skip: 0 }
    this.#buffer = last && []
    ws.on('message', (data: Buffer, binary) => this.#receive(data, binary))
    ws.on('ping', () => this.#isWithinRate())
    ws.on('pong', () => (this.#alive = true))
  }

  /** Says hello and, for a client that resumes, sends what it missed. Never rejects. */
  async start(): Promise<void> {
    const { id, documentId, hub } = this.#options
    const resumed = this.#buffer !== undefined
    try {
      if (this.#place.position === START) this.#place = { position: await hub.oldest(), skip: 0 }
      const data = { document_id: documentId, connection_id: id, position: formatPlace(this.#place), resumed }
      this.send({ type: 'connection.established', data, timestamp: hub.now().toISOString() })
      if (!resumed) return
      const replay = await hub.replay(documentId, this.#place.position, () => this.#isCatchingUp())
      if (!this.#isCatchingUp()) return
      if (replay.kind === 'reset') this.reset(replay.reason)
      else await this.#catchUp(replay.events)
    } catch (error) {
      hub.onReplayFailed(error)
      // The client tries again, from the same place.
      if (this.#isCatchingUp()) this.close(CLOSE.tryAgainLater, 'what was missed cannot be read now')
    }
  }

  /** Takes an event of the feed. */
  deliver(event: EncodedEvent): void {
    if (this.#options.ws.readyState !== WebSocket.OPEN) return
    if (!this.#buffer) return this.#sendEvent(event)
    const { replayBuffer } = this.#options.limits
    if (this.#buffer.push(event) > replayBuffer) this.reset('too much happened while resuming')
  }

  /** Tells the client that it may have missed something, and goes on from the present. */
  reset(reason: string): void {
    const { hub } = this.#options
    // What is buffered was dispatched before the present, so its effect is in what the client reads after
    // this.
    this.#buffer = undefined
    this.#place = { position: hub.position(), skip: 0 }
    hub.onReset(reason)
    const data = { reason, position: this.#place.position }
    this.send({ type: 'reset', data, timestamp: hub.now().toISOString() })
  }

  /** Sends a message that is no part of the document's history. */
  send(message: object): void {
    this.write(Buffer.from(JSON.stringify(message)))
  }

  /** @returns whether the client is still there to get it */
  write(data: Buffer): boolean {
    const { ws, limits } = this.#options
    if (ws.readyState !== WebSocket.OPEN) return false
    ws.send(data, { binary: false })
    if (ws.bufferedAmount > limits.queuedBytes) this.#closeSlow()
    return true
  }

  /** Until `uncork`, everything sent waits to leave in one piece. */
  cork(): void {
    this.#options.socket.cork()
  }

  uncork(): void {
    this.#options.socket.uncork()
  }

  close(code: number, reason: string): void {
    this.#buffer &&= []
    this.#options.ws.close(code, reason)
  }

  terminate(): void {
    this.#options.ws.terminate()
  }

  /** Looks at what time has brought: the token's end, a client that no longer answers. */
  sweep(now: Date): void {
    const { ws, expiresAt, limits } = this.#options
    if (ws.readyState !== WebSocket.OPEN) return
    if (expiresAt <= now.getTime()) return this.close(CLOSE.policyViolation, 'the token has expired')
    if (performance.now() - this.#pingedAt < limits.pingMs) return
    if (!this.#alive) return this.terminate()
    this.#alive = false
    this.#pingedAt = performance.now()
    ws.ping()
  }

  async #catchUp(missed: ChangeEvent[]): Promise<void> {
    for (const event of missed) {
      await this.#room()
      if (!this.#isCatchingUp()) return
      this.#sendEvent(encodeEvent(event))
    }
    for (;;) {
      await this.#room()
      const next = this.#buffer?.shift()
      if (!next || !this.#isCatchingUp()) break
      this.#sendEvent(next)
    }
    this.#buffer = undefined
  }

  #isCatchingUp(): boolean {
    return this.#buffer !== undefined && this.#options.ws.readyState === WebSocket.OPEN
  }

  /**
   * Missed events are sent as fast as the client takes them, so that they alone do not make it a slow one.
   */
  async #room(): Promise<void> {
    const { ws, socket, limits } = this.#options
    if (ws.bufferedAmount < limits.queuedBytes / 4) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off('drain', done)
        socket.off('close', done)
        resolve()
      }
      socket.on('drain', done)
      socket.on('close', done)
    })
  }

  #sendEvent({ event, count, message }: EncodedEvent): void {
    const { hub } = this.#options
    const { position, skip } = this.#place
    if (hub.covers(position, event)) return
    if (count === 0) {
      this.#place = { position: event.position, skip }
      return
    }
    // Not the event that was begun: of two topics another instance may have read the other one first.
    const isOther = skip >= count
    const first = isOther ? 0 : skip
    for (let index = first; index < count; index++) {
      const isLast = index === count - 1
      this.#place = isLast
        ? { position: event.position, skip: isOther ? skip : 0 }
        : { position, skip: index + 1 }
      this.write(message(index, position))
    }
    hub.onSent(count - first)
  }

  /** A client that gets to read this close has read everything sent before it: it can go on from there. */
  #closeSlow(): void {
    const reason = JSON.stringify({ last: formatPlace(this.#place) })
    this.close(CLOSE.tryAgainLater, Buffer.byteLength(reason) <= MAX_REASON_BYTES ? reason : 'too slow')
  }

  #receive(data: Buffer, binary: boolean): void {
    this.#alive = true
    if (!this.#isWithinRate()) return
    if (binary) return this.send(errorMessage('send text, not binary data'))
    this.send(answerTo(data.toString(), this.#buffer ? undefined : this.#present()))
  }

  /**
   * Where a client stands that has everything sent until now; moves on even if nothing happens to its
   * document.
   */
  #present(): string {
    const { position } = this.#place
    const latest = this.#options.hub.latest(position)
    return latest === position ? formatPlace(this.#place) : latest
  }

  #isWithinRate(): boolean {
    if (this.#rate.take(performance.now())) return true
    this.close(CLOSE.policyViolation, 'too many messages')
    return false
  }
}
