import type { ChangeEvent } from '../../../domain/change.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { isTransient, translateError } from '../../../runtime/translate-error.ts'
import { type Backoff, backoffMs, pause } from '../../../runtime/backoff.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { Consumer } from '../port.ts'
import { traceEvents } from './trace-events.ts'

/** Between attempts while something that the consumer needs is unavailable. */
const UNAVAILABLE: Backoff = { firstMs: 100, limitMs: 10_000 }
/** Between attempts of a single event that fails. */
const FAILING: Backoff = { firstMs: 50, limitMs: 1_000 }
/** attempts of a single event before it goes to the dead letters */
const ATTEMPTS = 3

export interface ConsumerRunnerOptions {
  consumer: Consumer
  deadLetters: Pick<DeadLetters, 'add'>
  log: Logger
  /** ends the waiting between attempts; a running call of `handle` is finished */
  signal: AbortSignal
}

class Stopped extends Error {}

/**
 * Implements what Consumer.handle promises: retries while something is unavailable, halves a failing batch until the
 * failing event is alone, retries that event, and sends it to the dead letters.
 */
export class ConsumerRunner {
  readonly #options: ConsumerRunnerOptions
  #problem: string | undefined
  #deadLetterCount = 0

  constructor(options: ConsumerRunnerOptions) {
    this.#options = options
  }

  /** why the consumer does not make progress, until it does */
  get problem(): string | undefined {
    return this.#problem
  }

  /** events that went to the dead letters */
  get deadLetterCount(): number {
    return this.#deadLetterCount
  }

  /**
   * Hands these events to the consumer, in order; an event that it cannot handle goes to the dead letters.
   * @returns false when the signal aborted before everything was done
   */
  async run(events: ChangeEvent[]): Promise<boolean> {
    try {
      await this.#handleAll(events)
      return true
    } catch (error) {
      if (error instanceof Stopped) return false
      throw error
    }
  }

  async #handleAll(events: ChangeEvent[]): Promise<void> {
    if (events.length === 1) return this.#handleOne(events[0]!)
    try {
      await this.#handle(events)
    } catch (error) {
      if (error instanceof Stopped) throw error
      const middle = events.length >> 1
      await this.#handleAll(events.slice(0, middle))
      await this.#handleAll(events.slice(middle))
    }
  }

  async #handleOne(event: ChangeEvent): Promise<void> {
    const { signal } = this.#options
    for (let failures = 1; ; failures++) {
      try {
        return await this.#handle([event])
      } catch (error) {
        if (error instanceof Stopped) throw error
        if (failures >= ATTEMPTS) return await this.#sendToDeadLetters(event, error)
        await pause(backoffMs(failures, FAILING), signal)
        if (signal.aborted) throw new Stopped()
      }
    }
  }

  #handle(events: ChangeEvent[]): Promise<void> {
    const { consumer } = this.#options
    return this.#retry(
      () => traceEvents(consumer.name, events, () => consumer.handle(events)),
      (error) => isTransient(translateError(error)),
    )
  }

  async #sendToDeadLetters(event: ChangeEvent, cause: unknown): Promise<void> {
    const { consumer, deadLetters, log } = this.#options
    const { key, position } = event
    log.error({ consumer: consumer.name, position, key, err: cause }, 'event goes to the dead letters')
    await this.#retry(
      () => deadLetters.add(consumer.name, event, cause),
      () => true,
    )
    this.#deadLetterCount++
  }

  /** Retries errors that `isRetryable` accepts until the work succeeds; throws any other. */
  async #retry(work: () => Promise<void>, isRetryable: (error: unknown) => boolean): Promise<void> {
    const { consumer, log, signal } = this.#options
    for (let failures = 1; ; failures++) {
      try {
        await work()
        this.#problem = undefined
        return
      } catch (error) {
        this.#problem = `${consumer.name}: ${error instanceof Error ? error.message : String(error)}`
        if (!isRetryable(error)) throw error
        if (failures === 1)
          log.warn({ consumer: consumer.name, err: error }, 'consumer failed and is retried')
      }
      if (!signal.aborted) await pause(backoffMs(failures, UNAVAILABLE), signal)
      if (signal.aborted) throw new Stopped()
    }
  }
}
