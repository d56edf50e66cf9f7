import { type Backoff, backoffMs, pause } from './backoff.ts'
import type { Logger } from './logger.ts'
import { TimeoutError, within } from './within.ts'

export interface RetryLoopOptions {
  /** Calls `onWorking` once it succeeds so far, and ends when the signal aborts. When it ends by itself it starts again. */
  work: (onWorking: () => void, signal: AbortSignal) => Promise<void>
  onFailure?: (error: Error) => void
  /** An error that only says that what the work needs does not exist yet. */
  isEarly?: (error: Error) => boolean
  log: Logger
  /** logged for the first of several failures in a row, and once a minute while they go on */
  warning: string
}

const BACKOFF: Backoff = { firstMs: 100, limitMs: 5_000 }
/** Failures in a row after which the start waits no longer. */
const FIRST_TRIES = 4
/** How long the start waits for them. */
const START_LIMIT_MS = 8_000
/** Work that fails sooner after it succeeded, such as a stream that breaks at its first message, has failed again. */
const STEADY_MS = 10_000
/** A failure that lasts is logged again after this long. */
const WARNING_INTERVAL_MS = 60_000

/** Repeats work on a server until it is stopped; after failures in a row with exponential backoff. */
export class RetryLoop {
  readonly #options: RetryLoopOptions
  readonly #abort = new AbortController()
  #state: 'starting' | 'streaming' | 'reconnecting' | 'stopped' = 'starting'
  #failure: Error | undefined
  #running: Promise<void> | undefined
  #onStarted: (() => void) | undefined
  /** monotonic milliseconds; Infinity while it does not work */
  #workingSince = Infinity
  #warnedAt = -Infinity

  constructor(options: RetryLoopOptions) {
    this.#options = options
  }

  get state() {
    return this.#state
  }

  /** the last failure, until the work succeeds */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Resolves when the work succeeds, when the first attempts have failed, or after some seconds; it is retried. */
  async start(): Promise<void> {
    const started = new Promise<void>((resolve) => (this.#onStarted = resolve))
    this.#running = this.#run(this.#abort.signal)
    // An attempt can take as long as the server takes to answer.
    await within(START_LIMIT_MS, Promise.race([started, this.#running])).catch((error: unknown) => {
      if (!(error instanceof TimeoutError)) throw error
    })
  }

  /** Resolves when the work has ended. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#running
    this.#state = 'stopped'
  }

  async #run(signal: AbortSignal): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      try {
        await this.#options.work(() => this.#onWorking(), signal)
      } catch (error) {
        if (signal.aborted) return
        if (performance.now() - this.#workingSince > STEADY_MS) failures = 0
        this.#workingSince = Infinity
        this.#onFailure(error as Error, ++failures)
        await pause(backoffMs(failures, BACKOFF), signal)
      }
    }
  }

  #onWorking(): void {
    this.#state = 'streaming'
    this.#workingSince = performance.now()
    this.#failure = undefined
    this.#onStarted?.()
  }

  #onFailure(error: Error, failures: number): void {
    const { log, warning, onFailure, isEarly } = this.#options
    const isTooEarly = isEarly?.(error) ?? false
    const now = performance.now()
    if (failures === 1 || now - this.#warnedAt > WARNING_INTERVAL_MS) {
      log.warn({ err: error, failures }, warning)
      this.#warnedAt = now
    }
    this.#failure = error
    if (!isTooEarly || this.#state !== 'starting') this.#state = 'reconnecting'
    onFailure?.(error)
    if (failures >= FIRST_TRIES || isTooEarly) this.#onStarted?.()
  }
}
