import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import { errorMessage } from './answer-message.ts'
import type { WsLimits } from './limits.ts'
import { createTokenBucket, type TokenBucket } from './token-bucket.ts'

/** Close codes of RFC 6455, 7.4.1, and of its registry at IANA. */
export const CLOSE = { goingAway: 1001, policyViolation: 1008, tryAgainLater: 1013 } as const

/** RFC 6455, 5.5.1: a control frame has at most 125 bytes, two of them for the code. */
const MAX_REASON_BYTES = 123

export interface ConnectionOptions {
  ws: WebSocket
  /** the connection below `ws` */
  socket: Duplex
  /** when the client's token expires, Unix time in milliseconds; Infinity when it does not */
  expiresAt: number
  limits: WsLimits
  /** a text message within the rate limit */
  onMessage(text: string): void
  /** where the client can resume after it was closed because it reads too slowly */
  resumePoint(): string
}

/** A WebSocket within its limits: size of the send queue, rate of messages, answers to pings, expiry of the token. */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #rate: TokenBucket
  #isAlive = true
  #pingedAt = performance.now()

  constructor(options: ConnectionOptions) {
    const { ws, limits } = options
    this.#options = options
    this.#rate = createTokenBucket({ burst: limits.messageBurst, perSecond: limits.messagesPerSecond })
    ws.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary))
    ws.on('ping', () => this.#checkRate())
    ws.on('pong', () => (this.#isAlive = true))
  }

  get isOpen(): boolean {
    return this.#options.ws.readyState === WebSocket.OPEN
  }

  send(message: object): void {
    this.write(Buffer.from(JSON.stringify(message)))
  }

  /** @returns whether the connection was open */
  write(data: Buffer): boolean {
    const { ws, limits } = this.#options
    if (!this.isOpen) return false
    ws.send(data, { binary: false })
    if (ws.bufferedAmount > limits.queuedBytes) this.#closeSlow()
    return true
  }

  /** Until `uncork`, everything written is held back to leave in one piece. */
  cork(): void {
    this.#options.socket.cork()
  }

  uncork(): void {
    this.#options.socket.uncork()
  }

  /** Waits while the send queue is more than a quarter full, or until the connection is closed. */
  async waitForCapacity(): Promise<void> {
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

  close(code: number, reason: string): void {
    this.#options.ws.close(code, reason)
  }

  /** Closes the connection when the token has expired or the client did not answer the last ping; sends pings. */
  check(now: Date): void {
    const { ws, expiresAt, limits } = this.#options
    if (!this.isOpen) return
    if (expiresAt <= now.getTime()) return this.close(CLOSE.policyViolation, 'the token has expired')
    if (performance.now() - this.#pingedAt < limits.pingMs) return
    if (!this.#isAlive) return ws.terminate()
    this.#isAlive = false
    this.#pingedAt = performance.now()
    ws.ping()
  }

  /** A client that reads this close frame has read everything before it, so it can resume there. */
  #closeSlow(): void {
    const reason = JSON.stringify({ last: this.#options.resumePoint() })
    this.close(CLOSE.tryAgainLater, Buffer.byteLength(reason) <= MAX_REASON_BYTES ? reason : 'too slow')
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#isAlive = true
    if (!this.#checkRate()) return
    if (isBinary) this.send(errorMessage('send text, not binary data'))
    else this.#options.onMessage(data.toString())
  }

  #checkRate(): boolean {
    if (this.#rate.take(performance.now())) return true
    this.close(CLOSE.policyViolation, 'too many messages')
    return false
  }
}
