import type { ChangeEvent } from '../../../domain/change.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { ConsumerQueue } from '../delivery/consumer-queue.ts'
import type { DeadLetters } from '../delivery/dead-letters.ts'
import { Queue } from '../delivery/queue.ts'
import type { Consumer } from '../port.ts'
import type { Lsn } from '../../../db/lsn.ts'

export interface DispatcherOptions {
  deadLetters: Pick<DeadLetters, 'add'>
  log: Logger
  /** events that may wait for one consumer before reading pauses */
  queueLimit: number
}

/** What the reader of the log learns from the dispatcher. */
export interface DispatcherListener {
  /** Every consumer has finished everything before `lsn`, which only grows. */
  onConfirmed(lsn: Lsn): void
  /** A queue is full: pause reading. */
  onFull(): void
  /** No queue is full any more: resume reading. */
  onCapacity(): void
}

/**
 * Puts every event into the queue of each consumer, and finds the place in the log up to which all consumers have
 * finished. The queues do not wait for each other; only a full one pauses the reading.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #queues: ConsumerQueue[] = []
  /** ends of transactions, in order: when every queue has done `seq`, `lsn` can be confirmed */
  readonly #commits = new Queue<{ seq: number; lsn: Lsn }>()
  #listener: DispatcherListener | undefined
  #capacityWaiters: (() => void)[] = []
  #seq = 0
  #full = false

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  get queues(): readonly ConsumerQueue[] {
    return this.#queues
  }

  /** sequence number of the last dispatched event */
  get seq(): number {
    return this.#seq
  }

  get full(): boolean {
    return this.#full
  }

  notify(listener: DispatcherListener): void {
    this.#listener = listener
  }

  add(consumer: Consumer): ConsumerQueue {
    const queue = new ConsumerQueue({
      ...this.#options,
      consumer,
      onProgress: () => this.#progress(),
      dispatched: () => this.#seq,
    })
    this.#queues.push(queue)
    return queue
  }

  dispatch(event: ChangeEvent): void {
    const numbered = { seq: ++this.#seq, event }
    for (const queue of this.#queues) {
      queue.offer(numbered)
      if (!this.#full && queue.pending >= this.#options.queueLimit) {
        this.#full = true
        this.#listener?.onFull()
      }
    }
  }

  /** Every change that committed before `lsn` has been dispatched. */
  markCommitted(lsn: Lsn): void {
    const { last } = this.#commits
    if (last?.seq === this.#seq) last.lsn = lsn
    else this.#commits.push({ seq: this.#seq, lsn })
    this.#progress()
  }

  /** Resolves when no queue is full, or when the signal aborts. */
  async waitForCapacity(signal: AbortSignal): Promise<void> {
    if (!this.#full || signal.aborted) return
    await new Promise<void>((resolve) => {
      const proceed = (): void => {
        signal.removeEventListener('abort', proceed)
        resolve()
      }
      this.#capacityWaiters.push(proceed)
      signal.addEventListener('abort', proceed, { once: true })
    })
  }

  /** Drops the waiting events. @param reason for the consumers; undefined when they have not received anything yet */
  reset(reason: string | undefined): void {
    this.#commits.clear()
    for (const queue of this.#queues) queue.reset(reason)
    this.#progress()
  }

  #progress(): void {
    let done = this.#seq
    for (const queue of this.#queues) done = Math.min(done, queue.done)
    let confirmed: Lsn | undefined
    while (this.#commits.first && this.#commits.first.seq <= done) confirmed = this.#commits.shift()!.lsn
    if (confirmed !== undefined) this.#listener?.onConfirmed(confirmed)
    if (!this.#full || this.#queues.some(({ pending }) => pending > this.#options.queueLimit / 2)) return
    this.#full = false
    this.#listener?.onCapacity()
    for (const resolve of this.#capacityWaiters.splice(0)) resolve()
  }
}
