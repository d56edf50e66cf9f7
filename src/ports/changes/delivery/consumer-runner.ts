import type { ChangeEvent } from '../../../domain/change.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { isTransient, translateError } from '../../../runtime/translate-error.ts'
import { type Backoff, backoffMs, pause } from '../../../runtime/backoff.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { Consumer } from '../port.ts'

/** Between attempts while something that the consumer needs is unavailable. */
const UNAVAILABLE: Backoff = { firstMs: 100, limitMs: 10_000 }
/** Between attempts of a single event that fails. */
const FAILING: Backoff = { firstMs: 50, limitMs: 1_000 }
/** attempts of a single event before it goes to the dead letters */
const ATTEMPTS = 3

export interface ConsumerRunner {
  /**
   * Hands these events to the consumer, in order; an event that it cannot handle goes to the dead letters.
   * @returns false when the signal aborted before everything was done
   */
  run(events: ChangeEvent[]): Promise<boolean>
  /** why the consumer does not make progress, until it does */
  problem(): string | undefined
  /** events that went to the dead letters */
  deadLetterCount(): number
}

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
export function createConsumerRunner(options: ConsumerRunnerOptions): ConsumerRunner {
  const { consumer, deadLetters, log, signal } = options
  let problem: string | undefined
  let deadLetterCount = 0

  /** Retries errors that `isRetryable` accepts until the work succeeds; throws any other. */
  const retry = async (
    work: () => Promise<void>,
    isRetryable: (error: unknown) => boolean,
  ): Promise<void> => {
    for (let failures = 1; ; failures++) {
      try {
        await work()
        problem = undefined
        return
      } catch (error) {
        problem = `${consumer.name}: ${error instanceof Error ? error.message : String(error)}`
        if (!isRetryable(error)) throw error
        if (failures === 1)
          log.warn({ consumer: consumer.name, err: error }, 'consumer failed and is retried')
      }
      if (!signal.aborted) await pause(backoffMs(failures, UNAVAILABLE), signal)
      if (signal.aborted) throw new Stopped()
    }
  }

  const handle = (events: ChangeEvent[]): Promise<void> =>
    retry(
      () => consumer.handle(events),
      (error) => isTransient(translateError(error)),
    )

  const sendToDeadLetters = async (event: ChangeEvent, cause: unknown): Promise<void> => {
    const { key, position } = event
    log.error({ consumer: consumer.name, position, key, err: cause }, 'event goes to the dead letters')
    await retry(
      () => deadLetters.add(consumer.name, event, cause),
      () => true,
    )
    deadLetterCount++
  }

  const handleOne = async (event: ChangeEvent): Promise<void> => {
    for (let failures = 1; ; failures++) {
      try {
        return await handle([event])
      } catch (error) {
        if (error instanceof Stopped) throw error
        if (failures >= ATTEMPTS) return await sendToDeadLetters(event, error)
        await pause(backoffMs(failures, FAILING), signal)
        if (signal.aborted) throw new Stopped()
      }
    }
  }

  const handleAll = async (events: ChangeEvent[]): Promise<void> => {
    if (events.length === 1) return handleOne(events[0]!)
    try {
      await handle(events)
    } catch (error) {
      if (error instanceof Stopped) throw error
      const middle = events.length >> 1
      await handleAll(events.slice(0, middle))
      await handleAll(events.slice(middle))
    }
  }

  return {
    async run(events) {
      try {
        await handleAll(events)
        return true
      } catch (error) {
        if (error instanceof Stopped) return false
        throw error
      }
    },
    problem: () => problem,
    deadLetterCount: () => deadLetterCount,
  }
}
