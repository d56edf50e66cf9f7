import { backoffMs, pause } from '../runtime/backoff.ts'
import type { Logger } from '../runtime/logger.ts'
import { messageOf, MissingTopicError } from './errors.ts'

export interface ConnectionLoopOptions<Connection extends { close(): Promise<void> }> {
  /** Makes a connection for each attempt. */
  connect: () => Connection
  /** Calls `onWorking` once it succeeds so far, and ends when the signal aborts. When it ends by itself it starts again. */
  work: (connection: Connection, onWorking: () => void, signal: AbortSignal) => Promise<void>
  onFailure?: (error: Error) => void
  log: Logger
  /** logged for the first of several failures in a row */
  warning: string
}

const BACKOFF = { firstMs: 100, limitMs: 5_000 }
/** Failures in a row after which the start waits no longer for Kafka. */
const FIRST_TRIES = 4

/** Repeats work on Kafka until it is stopped; after a failure with a new connection and exponential backoff. */
export class ConnectionLoop<Connection extends { close(): Promise<void> }> {
  readonly #options: ConnectionLoopOptions<Connection>
  readonly #abort = new AbortController()
  #state: 'starting' | 'streaming' | 'reconnecting' | 'stopped' = 'starting'
  #problem: string | undefined
  #running: Promise<void> | undefined
  #onStarted: (() => void) | undefined

  constructor(options: ConnectionLoopOptions<Connection>) {
    this.#options = options
  }

  /** `starting` also while the topics do not exist yet */
  get state() {
    return this.#state
  }

  /** the last failure, until the work succeeds */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Resolves when the work succeeds, or when the first attempts have failed; it is retried. */
  async start(): Promise<void> {
    const started = new Promise<void>((resolve) => (this.#onStarted = resolve))
    this.#running = this.#run(this.#abort.signal)
    await Promise.race([started, this.#running])
  }

  /** Resolves when the work has ended. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#running
    this.#state = 'stopped'
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { connect, work } = this.#options
    let failures = 0
    while (!signal.aborted) {
      const connection = connect()
      try {
        await work(connection, () => ((failures = 0), this.#onWorking()), signal)
      } catch (error) {
        if (signal.aborted) return
        this.#onFailure(error as Error, ++failures)
        await pause(backoffMs(failures, BACKOFF), signal)
      } finally {
        await connection.close()
      }
    }
  }

  #onWorking(): void {
    this.#state = 'streaming'
    this.#problem = undefined
    this.#onStarted?.()
  }

  #onFailure(error: Error, failures: number): void {
    const { log, warning, onFailure } = this.#options
    const isMissing = error instanceof MissingTopicError
    if (failures === 1) log.warn({ err: error }, warning)
    this.#problem = messageOf(error)
    if (!isMissing || this.#state !== 'starting') this.#state = 'reconnecting'
    onFailure?.(error)
    if (failures >= FIRST_TRIES || isMissing) this.#onStarted?.()
  }
}
