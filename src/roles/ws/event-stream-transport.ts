import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { backoffMs } from '../../runtime/backoff.ts'
import type { WsLimits } from './limits.ts'
import type { CloseCode, Frame, Transport } from './transport.ts'

/** After a client has left: as a WebSocket that was closed without a close frame. */
const GONE = 1006
/** for a client to wait before it connects again */
const RETRY = { firstMs: 2_000, limitMs: 2_000 }

/**
 * Server-sent events (WHATWG HTML, 9.2). The data of an event is the message as over WebSocket, its id the position where a
 * client can resume. Messages about the subscription have their type as the event's type; messages about documents have
 * none, so one handler gets them all, also those of types that do not exist yet.
 */
export class EventStreamTransport implements Transport {
  /** the body of the response */
  readonly stream: Readable
  readonly #socket: Socket
  readonly #closeMs: number
  readonly #drained = new Set<() => void>()
  #code: number = GONE
  #isEnded = false
  #lastId: string | undefined

  constructor(socket: Socket, { closeMs }: WsLimits) {
    this.#socket = socket
    this.#closeMs = closeMs
    const onDrained = (): void => {
      for (const done of this.#drained) done()
      this.#drained.clear()
    }
    this.stream = new Readable({ read: onDrained })
    this.stream.once('close', onDrained)
    // The clients of a server that stops come back at different times.
    this.stream.push(`retry: ${Math.round(backoffMs(1, RETRY))}\n\n`)
  }

  get isOpen(): boolean {
    return !this.#isEnded && !this.stream.destroyed
  }

  get queuedBytes(): number {
    return this.stream.readableLength + this.#socket.writableLength
  }

  write({ json, position, control }: Frame): void {
    const head = `${idLine(position)}${control === undefined ? '' : `event: ${control}\n`}data: `
    this.#lastId = position ?? this.#lastId
    this.stream.push(Buffer.concat([Buffer.from(head), json, BLANK]))
  }

  cork(): void {
    this.#socket.cork()
  }

  uncork(): void {
    this.#socket.uncork()
  }

  onceDrained(done: () => void): void {
    if (this.stream.destroyed) done()
    else this.#drained.add(done)
  }

  close(code: CloseCode, reason: string, last?: string): void {
    if (!this.isOpen) return
    const data = { code, reason, position: last ?? this.#lastId }
    const json = Buffer.from(JSON.stringify({ type: 'connection.closed', data }))
    this.write({ json, control: 'connection.closed' })
    this.#code = code
    this.#isEnded = true
    this.stream.push(null)
    const timer = setTimeout(() => this.terminate(), this.#closeMs)
    this.stream.once('close', () => clearTimeout(timer))
  }

  terminate(): void {
    this.stream.destroy()
  }

  /** A comment; an id without data moves the position where the client resumes, and no handler is called. */
  heartbeat(position: string | undefined): boolean {
    const moved = position === this.#lastId ? undefined : position
    this.#lastId = moved ?? this.#lastId
    this.stream.push(`: heartbeat\n${idLine(moved)}\n`)
    return true
  }

  onceClosed(done: (code: number) => void): void {
    this.stream.once('close', () => done(this.#code))
  }
}

const BLANK = Buffer.from('\n\n')
const idLine = (position: string | undefined): string => (position === undefined ? '' : `id: ${position}\n`)
