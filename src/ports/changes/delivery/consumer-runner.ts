import type { ChangeEvent } from '../../../domain/change.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { isTransient, translateError } from '../../../runtime/translate-error.ts'
import { type Backoff, backoffMs, pause } from '../backoff.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { Consumer } from '../port.ts'

/** Between tries while something that the consumer needs is unavailable. */
const UNAVAILABLE: Backoff = { firstMs: 100, limitMs: 10_000 }
/** Between tries of a single event that fails. */
const FAILING: Backoff = { firstMs: 50, limitMs: 1_000 }
/** how often a single event is tried before it goes to the dead letters */
const TRIES = 3

export interface ConsumerRunner {
  /**
   * Has the consumer handle all of these, in order; what it cannot handle goes to the dead letters.
   * @returns false when the signal came before everything was done
   */
  run(events: ChangeEvent[]): Promise<boolean>
  /** why the consumer does not get on, until it does */
  problem(): string | undefined
  /** how many events went to the dead letters */
  deadLetterCount(): number
}

export interface ConsumerRunnerOptions {
  consumer: Consumer
  deadLetters: Pick<DeadLetters, 'add'>
  log: Logger
  /** ends the waiting between tries; a call of `handle` that runs is waited for */
  signal: AbortSignal
  random: () => number
}

class Stopped extends Error {}

/**
 * Keeps the promise of Consumer.handle: waits out what is unavailable, halves a failing batch until the event that
 * fails is alone, tries that one again, and sends it to the dead letters.
 */
export function createConsumerRunner(options: ConsumerRunnerOptions): ConsumerRunner {
  const { consumer, deadLetters, log, signal, random } = options
  let problem: string | undefined
  let deadLetterCount = 0

  /** Repeats what is unavailable until it works; any other error is thrown. */
  const persist = async (work: () => Promise<void>, passes: (error: unknown) => boolean): Promise<void> => {
    for (let failures = 1; ; failures++) {
      try {
        await work()
        problem = undefined
        return
      } catch (error) {
        problem = `${consumer.name}: ${error instanceof Error ? error.message : String(error)}`
        if (!passes(error)) throw error
        if (failures === 1)
          log.warn({ consumer: consumer.name, err: error }, 'consumer waits and tries again')
      }
      if (!signal.aborted) await pause(backoffMs(failures, UNAVAILABLE, random), signal)
      if (signal.aborted) throw new Stopped()
    }
  }

  const handle = (events: ChangeEvent[]): Promise<void> =>
    persist(
      () => consumer.handle(events),
      (error) => isTransient(translateError(error)),
    )

  const sendToDeadLetters = async (event: ChangeEvent, cause: unknown): Promise<void> => {
    const { key, position } = event
    log.error({ consumer: consumer.name, position, key, err: cause }, 'event goes to the dead letters')
    await persist(
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
        if (failures >= TRIES) return await sendToDeadLetters(event, error)
        await pause(backoffMs(failures, FAILING, random), signal)
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
