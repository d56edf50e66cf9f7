import type { ChangeEvent } from '../../../domain/change.ts'
import { pause } from '../../../runtime/backoff.ts'
import { Condition } from '../../../runtime/condition.ts'
import type { Logger } from '../../../runtime/logger.ts'
import type { DriverConsumer } from '../driver.ts'
import type { Consumer } from '../port.ts'
import { ConsumerRunner } from './consumer-runner.ts'
import type { DeadLetters } from './dead-letters.ts'
import { Pace } from './pace.ts'
import { Queue } from './queue.ts'

/** An event with its number in the order of dispatch. */
export interface Numbered {
  seq: number
  event: ChangeEvent
}

export interface ConsumerQueueOptions {
  consumer: Consumer
  deadLetters: Pick<DeadLetters, 'add'>
  log: Logger
  /** called after each batch */
  onProgress: () => void
  /** sequence number of the last dispatched event */
  dispatched: () => number
}

/** What one call of the consumer gets. */
interface Batch {
  events: Numbered[]
  /** monotonic milliseconds */
  startedAt: number
}

/** A batch that takes longer is reported as a problem. */
const SLOW_BATCH_SECONDS = 60

/** One consumer's queue and the loop that hands its events to the consumer, independent of other consumers. */
export class ConsumerQueue implements DriverConsumer {
  readonly consumer: Consumer
  readonly #options: ConsumerQueueOptions
  readonly #queue = new Queue<Numbered>()
  readonly #pace: Pace
  readonly #runners: readonly ConsumerRunner[]
  readonly #idleRunners: ConsumerRunner[]
  readonly #abort = new AbortController()
  readonly #loop: Promise<void>
  /** batches that are not done, in order */
  readonly #inFlight = new Set<Batch>()
  readonly #handling = new Set<Promise<void>>()
  readonly #progressed = new Condition()
  /** the reason of a reset that the consumer has not received yet */
  #reset: string | undefined
  #wake: (() => void) | undefined
  /** set once stopped: the final value of `done` */
  #stoppedAt: number | undefined

  constructor(options: ConsumerQueueOptions) {
    this.#options = options
    this.consumer = options.consumer
    const { paceMs = 0, concurrency = 1 } = options.consumer
    const { signal } = this.#abort
    this.#pace = new Pace(paceMs)
    this.#runners = Array.from({ length: concurrency }, () => new ConsumerRunner({ ...options, signal }))
    this.#idleRunners = [...this.#runners]
    this.#loop = this.#run()
  }

  get pending(): number {
    let pending = this.#queue.length
    for (const { events } of this.#inFlight) pending += events.length
    return pending
  }

  get problem(): string | undefined {
    const [oldest] = this.#inFlight
    const problems = this.#runners.map((runner) => runner.problem)
    return problems.find(Boolean) ?? (oldest && problemOf(this.consumer, oldest))
  }

  get deadLetterCount(): number {
    return this.#runners.reduce((sum, runner) => sum + runner.deadLetterCount, 0)
  }

  /** sequence number up to which everything is done, events that this consumer does not get included */
  get done(): number {
    if (this.#stoppedAt !== undefined) return this.#stoppedAt
    const [oldest] = this.#inFlight
    const unfinished = oldest?.events[0] ?? this.#queue.first
    return unfinished ? unfinished.seq - 1 : this.#options.dispatched()
  }

  offer(numbered: Numbered): void {
    if (this.#stoppedAt !== undefined || !isFor(this.consumer, numbered.event)) return
    this.#queue.push(numbered)
    this.#wake?.()
  }

  /** Drops the waiting events; the consumer gets the reason after the batches in flight and before any later event. */
  reset(reason: string | undefined): void {
    this.#queue.clear()
    this.#reset = reason
    this.#wake?.()
  }

  /** Resolves when `done` is at least `seq`, or when the queue has stopped before. @returns whether it is */
  async reached(seq: number): Promise<boolean> {
    await this.#progressed.until(() => this.done >= seq || this.#stoppedAt !== undefined)
    return this.done >= seq
  }

  /** `done` stays at what was finished, so that the position does not pass an event that was not handled. */
  async stop(): Promise<void> {
    if (this.#inFlight.size === 0) this.#freeze()
    this.#abort.abort()
    this.#wake?.()
    await this.#loop
    await Promise.all(this.#handling)
    this.#freeze()
    this.#progress()
  }

  #freeze(): void {
    this.#stoppedAt ??= this.done
    this.#queue.clear()
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    const { maxBatch } = this.consumer
    while (!signal.aborted) {
      if (this.#reset !== undefined && this.#inFlight.size === 0) this.#deliverReset()
      if (this.#queue.length === 0 || this.#idleRunners.length === 0 || this.#reset !== undefined) {
        await new Promise<void>((resolve) => (this.#wake = resolve))
        this.#wake = undefined
        continue
      }
      const startedAt = performance.now()
      const waitMs = this.#pace.waitMs(startedAt)
      if (waitMs > 0 && this.#queue.length < maxBatch) {
        await pause(waitMs, signal)
        continue
      }
      this.#pace.started(startedAt)
      this.#startBatch({ events: this.#queue.take(maxBatch), startedAt })
    }
  }

  #startBatch(batch: Batch): void {
    const runner = this.#idleRunners.pop()!
    this.#inFlight.add(batch)
    const handling = this.#handle(runner, batch).finally(() => this.#handling.delete(handling))
    this.#handling.add(handling)
  }

  /** A batch that the signal interrupts stays in flight: it is not done. */
  async #handle(runner: ConsumerRunner, batch: Batch): Promise<void> {
    if (!(await runner.run(batch.events.map(({ event }) => event)))) return
    this.#inFlight.delete(batch)
    this.#idleRunners.push(runner)
    this.#wake?.()
    this.#progress()
  }

  #progress(): void {
    this.#progressed.changed()
    this.#options.onProgress()
  }

  #deliverReset(): void {
    const reason = this.#reset!
    this.#reset = undefined
    try {
      this.consumer.onReset?.(reason)
    } catch (error) {
      this.#options.log.error(
        { consumer: this.consumer.name, err: error },
        'consumer failed to handle a reset',
      )
    }
    this.#progress()
  }
}

/** A consumer of every instance sees what happens from now on; a snapshot has only rows from before. */
function isFor({ topics, delivery }: Consumer, { topic, value }: ChangeEvent): boolean {
  return topics.includes(topic) && !(value.op === 'r' && delivery === 'every-instance')
}

function problemOf({ name }: Consumer, { startedAt }: Batch): string | undefined {
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  return seconds > SLOW_BATCH_SECONDS ? `${name}: a batch has been in flight for ${seconds} s` : undefined
}
