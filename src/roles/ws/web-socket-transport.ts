import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { WsLimits } from './limits.ts'
import { createTokenBucket, type TokenBucket } from './token-bucket.ts'
import { CLOSE, type CloseCode, type Frame, type Transport } from './transport.ts'

/** RFC 6455, 5.5.1: a control frame has at most 125 bytes, two of them for the code. */
const MAX_REASON_BYTES = 123

/** A WebSocket, with limits on what its client sends. */
export class WebSocketTransport implements Transport {
  readonly #ws: WebSocket
  /** the connection below */
  readonly #socket: Duplex
  readonly #rate: TokenBucket
  #isAlive = true

  /** @param onMessage gets each text within the limits; undefined for binary data */
  constructor(
    ws: WebSocket,
    socket: Duplex,
    limits: WsLimits,
    onMessage: (text: string | undefined) => void,
  ) {
    this.#ws = ws
    this.#socket = socket
    this.#rate = createTokenBucket({ burst: limits.messageBurst, perSecond: limits.messagesPerSecond })
    ws.on('message', (data: Buffer, isBinary) => {
      this.#isAlive = true
      if (this.#checkRate()) onMessage(isBinary ? undefined : data.toString())
    })
    ws.on('ping', () => this.#checkRate())
    ws.on('pong', () => (this.#isAlive = true))
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }

  get queuedBytes(): number {
    return this.#ws.bufferedAmount
  }

  write({ json }: Frame): void {
    this.#ws.send(json, { binary: false })
  }

  cork(): void {
    this.#socket.cork()
  }

  uncork(): void {
    this.#socket.uncork()
  }

  onceDrained(done: () => void): void {
    const once = (): void => {
      this.#socket.off('drain', once)
      this.#socket.off('close', once)
      done()
    }
    this.#socket.on('drain', once)
    this.#socket.on('close', once)
  }

  /** A client that reads this close frame has read everything before it, so it can resume there. */
  close(code: CloseCode, reason: string, last?: string): void {
    const point = JSON.stringify({ last })
    const isShort = last !== undefined && Buffer.byteLength(point) <= MAX_REASON_BYTES
    this.#ws.close(code, isShort ? point : reason)
  }

  terminate(): void {
    this.#ws.terminate()
  }

  heartbeat(): boolean {
    if (!this.#isAlive) return false
    this.#isAlive = false
    this.#ws.ping()
    return true
  }

  onceClosed(done: (code: number) => void): void {
    this.#ws.once('close', done)
  }

  #checkRate(): boolean {
    if (this.#rate.take(performance.now())) return true
    this.close(CLOSE.policyViolation, 'too many messages')
    return false
  }
}
