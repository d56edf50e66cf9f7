import type { WsLimits } from './limits.ts'
import { CLOSE, type Frame, type Transport } from './transport.ts'

export interface ConnectionOptions {
  transport: Transport
  /** when the client's token expires, Unix time in milliseconds; Infinity when it does not */
  expiresAt: number
  limits: WsLimits
  /** where the client can resume after it was closed because it reads too slowly */
  resumePoint(): string
  /** where a client can resume that has received everything until now; undefined while it catches up */
  currentPoint(): string | undefined
}

/** A client's connection within its limits: size of the send queue, heartbeats, expiry of the token. */
export class Connection {
  readonly #options: ConnectionOptions
  #beatAt = performance.now()

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#options.transport.isOpen
  }

  /** bytes that the client has not taken yet */
  get queuedBytes(): number {
    return this.#options.transport.queuedBytes
  }

  /** Sends a message about the subscription itself. @param position where a client that has received it can resume */
  send(message: { type: string; data: object; timestamp: string }, position: string): void {
    this.write({ json: Buffer.from(JSON.stringify(message)), position, control: message.type })
  }

  /** @returns whether the connection was open */
  write(frame: Frame): boolean {
    const { transport, limits, resumePoint } = this.#options
    if (!this.isOpen) return false
    transport.write(frame)
    if (transport.queuedBytes > limits.queuedBytes) {
      transport.close(CLOSE.tryAgainLater, 'too slow', resumePoint())
    }
    return true
  }

  /** Until `uncork`, everything written is held back to leave in one piece. */
  cork(): void {
    this.#options.transport.cork()
  }

  uncork(): void {
    this.#options.transport.uncork()
  }

  /** Waits while the send queue is more than a quarter full, or until the connection is closed. */
  async waitForCapacity(): Promise<void> {
    const { transport, limits } = this.#options
    if (transport.queuedBytes < limits.queuedBytes / 4) return
    await new Promise<void>((resolve) => transport.onceDrained(resolve))
  }

  close(...how: Parameters<Transport['close']>): void {
    this.#options.transport.close(...how)
  }

  /** Closes the connection when the token has expired or the client did not answer the last heartbeat; sends heartbeats. */
  check(now: Date): void {
    const { transport, expiresAt, limits, currentPoint } = this.#options
    if (!this.isOpen) return
    if (expiresAt <= now.getTime()) return this.close(CLOSE.policyViolation, 'the token has expired')
    if (performance.now() - this.#beatAt < limits.pingMs) return
    this.#beatAt = performance.now()
    if (!transport.heartbeat(currentPoint())) transport.terminate()
  }
}
