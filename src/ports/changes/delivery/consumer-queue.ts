import type { ChangeEvent } from '../../../domain/change.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { pause } from '../backoff.ts'
import { type ConsumerRunner, createConsumerRunner } from './consumer-runner.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { Consumer } from '../port.ts'
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
  random: () => number
  /** something got done */
  onProgress: () => void
  /** number of the event dispatched last */
  dispatched: () => number
}

/** What one call of the consumer gets. */
interface Batch {
  events: Numbered[]
  /** monotonic, milliseconds */
  begunAt: number
}

/** A batch that takes longer is a problem. */
const SLOW_SECONDS = 60

/** One consumer's queue and the loop that empties it, independent of the others'. */
export class ConsumerQueue {
  readonly consumer: Consumer
  readonly #options: ConsumerQueueOptions
  readonly #queue = new Queue<Numbered>()
  readonly #runners: readonly ConsumerRunner[]
  /** those of them that have no batch */
  readonly #free: ConsumerRunner[]
  readonly #abort = new AbortController()
  readonly #loop: Promise<void>
  /** those that are not done, in their order */
  readonly #inHand = new Set<Batch>()
  readonly #handling = new Set<Promise<void>>()
  readonly #pace: Pace
  #reset: string | undefined
  #wake: (() => void) | undefined
  /** once stopped: the last event that was done, for good */
  #stoppedAt: number | undefined
  #waiters: { seq: number; resolve: () => void }[] = []

  constructor(options: ConsumerQueueOptions) {
    this.#options = options
    this.consumer = options.consumer
    this.#pace = new Pace(options.consumer.paceMs ?? 0)
    const { signal } = this.#abort
    this.#runners = Array.from({ length: options.consumer.concurrency ?? 1 }, () =>
      createConsumerRunner({ ...options, signal }),
    )
    this.#free = [...this.#runners]
    this.#loop = this.#run()
  }

  /** events read but not yet done */
  get pending(): number {
    let pending = this.#queue.length
    for (const { events } of this.#inHand) pending += events.length
    return pending
  }

  /** why the consumer does not get on */
  get problem(): string | undefined {
    for (const runner of this.#runners) {
      const problem = runner.problem()
      if (problem !== undefined) return problem
    }
    const [oldest] = this.#inHand
    if (oldest === undefined) return undefined
    const seconds = Math.round((performance.now() - oldest.begunAt) / 1000)
    return seconds > SLOW_SECONDS
      ? `${this.consumer.name}: one batch has taken ${seconds} s already`
      : undefined
  }

  get deadLetterCount(): number {
    return this.#runners.reduce((sum, runner) => sum + runner.deadLetterCount(), 0)
  }

  /** number of the event up to which everything is done, those that do not concern this consumer included */
  get done(): number {
    if (this.#stoppedAt !== undefined) return this.#stoppedAt
    const [oldest] = this.#inHand
    const unfinished = oldest?.events[0] ?? this.#queue.first
    return unfinished ? unfinished.seq - 1 : this.#options.dispatched()
  }

  offer(numbered: Numbered): void {
    if (this.#stoppedAt !== undefined) return
    const { topics, delivery } = this.consumer
    const { event } = numbered
    if (!topics.includes(event.topic)) return
    // Each instance sees what happens from now on: rows that were there before are nothing new to it.
    if (event.value.op === 'r' && delivery === 'every-instance') return
    this.#queue.push(numbered)
    this.#wake?.()
  }

  /** Forgets what waits; the consumer learns the reason after what is in hand and before any later event. */
  reset(reason: string | undefined): void {
    this.#queue.clear()
    this.#reset = reason
    this.#wake?.()
  }

  /** Resolves when `done` has reached `seq`. */
  async reached(seq: number): Promise<void> {
    if (this.done >= seq) return
    await new Promise<void>((resolve) => this.#waiters.push({ seq, resolve }))
  }

  /** Finishes what is in hand and takes no more. Its place is kept: what was not done holds the position back. */
  async stop(): Promise<void> {
    if (this.#inHand.size === 0) this.#freeze()
    this.#abort.abort()
    this.#wake?.()
    await this.#loop
    await Promise.all(this.#handling)
    this.#freeze()
    this.#options.onProgress()
  }

  #freeze(): void {
    this.#stoppedAt ??= this.done
    this.#queue.clear()
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    const { maxBatch } = this.consumer
    while (!signal.aborted) {
      if (this.#reset !== undefined && this.#inHand.size === 0) this.#tellReset()
      if (this.#queue.length === 0 || this.#free.length === 0 || this.#reset !== undefined) {
        await new Promise<void>((resolve) => (this.#wake = resolve))
        this.#wake = undefined
        continue
      }
      const begunAt = performance.now()
      const waitMs = this.#pace.waitMs(begunAt)
      if (waitMs > 0 && this.#queue.length < maxBatch) {
        await pause(waitMs, signal)
        continue
      }
      this.#pace.started(begunAt)
      this.#begin({ events: this.#queue.take(maxBatch), begunAt })
    }
  }

  #begin(batch: Batch): void {
    const runner = this.#free.pop()!
    this.#inHand.add(batch)
    const handling = this.#handle(runner, batch).finally(() => this.#handling.delete(handling))
    this.#handling.add(handling)
  }

  /** What the signal broke off stays in hand. */
  async #handle(runner: ConsumerRunner, batch: Batch): Promise<void> {
    if (!(await runner.run(batch.events.map(({ event }) => event)))) return
    this.#inHand.delete(batch)
    this.#free.push(runner)
    this.#wake?.()
    this.#progress()
  }

  #progress(): void {
    const { done } = this
    if (this.#waiters.length > 0) {
      for (const { seq, resolve } of this.#waiters) if (seq <= done) resolve()
      this.#waiters = this.#waiters.filter(({ seq }) => seq > done)
    }
    this.#options.onProgress()
  }

  #tellReset(): void {
    const reason = this.#reset!
    this.#reset = undefined
    try {
      this.consumer.onReset?.(reason)
    } catch (error) {
      this.#options.log.error({ consumer: this.consumer.name, err: error }, 'consumer failed to take a reset')
    }
    this.#progress()
  }
}
