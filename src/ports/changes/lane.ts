import type { ChangeEvent } from '../../domain/change.ts'
import type { Logger } from '../../runtime/logger.ts'
import { pause } from './backoff.ts'
import { type ConsumerRunner, createConsumerRunner } from './consumer-runner.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { Consumer } from './port.ts'
import { Queue } from './queue.ts'

/** An event with its number in the order of dispatch. */
export interface Numbered {
  seq: number
  event: ChangeEvent
}

export interface LaneOptions {
  consumer: Consumer
  deadLetters: Pick<DeadLetters, 'add'>
  log: Logger
  random: () => number
  /** something got done */
  onProgress: () => void
  /** number of the event dispatched last */
  dispatched: () => number
}

/** A batch that takes longer is a problem. */
const SLOW_SECONDS = 60

/** One consumer's queue and the loop that empties it, independent of the others'. */
export class Lane {
  readonly consumer: Consumer
  readonly #options: LaneOptions
  readonly #queue = new Queue<Numbered>()
  readonly #runner: ConsumerRunner
  readonly #abort = new AbortController()
  readonly #loop: Promise<void>
  #inHand: Numbered[] = []
  #begunAt = -Infinity
  #reset: string | undefined
  #wake: (() => void) | undefined
  /** once stopped: the last event that was done, for good */
  #stoppedAt: number | undefined
  #waiters: { seq: number; resolve: () => void }[] = []

  constructor(options: LaneOptions) {
    this.#options = options
    this.consumer = options.consumer
    this.#runner = createConsumerRunner({ ...options, signal: this.#abort.signal })
    this.#loop = this.#run()
  }

  /** events read but not yet done */
  get pending(): number {
    return this.#queue.length + this.#inHand.length
  }

  /** why the consumer does not get on */
  get problem(): string | undefined {
    const problem = this.#runner.problem()
    if (problem !== undefined || this.#inHand.length === 0) return problem
    const seconds = Math.round((performance.now() - this.#begunAt) / 1000)
    return seconds > SLOW_SECONDS
      ? `${this.consumer.name}: one batch has taken ${seconds} s already`
      : undefined
  }

  get buried(): number {
    return this.#runner.buried()
  }

  /** number of the event up to which everything is done, those that do not concern this consumer included */
  get done(): number {
    if (this.#stoppedAt !== undefined) return this.#stoppedAt
    const unfinished = this.#inHand[0] ?? this.#queue.first
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

  /** Forgets what waits; the consumer learns the reason after the batch in hand and before any later event. */
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

  /** Finishes the batch in hand and takes no more. Its place is kept: what was not done holds the position back. */
  async stop(): Promise<void> {
    if (this.#inHand.length === 0) this.#freeze()
    this.#abort.abort()
    this.#wake?.()
    await this.#loop
    this.#freeze()
    this.#options.onProgress()
  }

  #freeze(): void {
    this.#stoppedAt ??= this.done
    this.#queue.clear()
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    while (!signal.aborted) {
      if (this.#reset !== undefined) this.#tellReset()
      if (this.#queue.length === 0) {
        await new Promise<void>((resolve) => (this.#wake = resolve))
        this.#wake = undefined
        continue
      }
      const early = this.#begunAt + (this.consumer.paceMs ?? 0) - performance.now()
      if (early > 0 && this.#queue.length < this.consumer.maxBatch) {
        await pause(early, signal)
        continue
      }
      this.#inHand = this.#queue.take(this.consumer.maxBatch)
      this.#begunAt = performance.now()
      if (!(await this.#runner.run(this.#inHand.map(({ event }) => event)))) return
      this.#inHand = []
      this.#progress()
    }
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
