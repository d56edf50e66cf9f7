import type { ChangeEvent } from '../../../domain/change.ts'
import { Condition } from '../../../runtime/condition.ts'
import type { Logger } from '../../../runtime/logger.ts'
import type { Consumer } from '../port.ts'
import { ConsumerQueue } from './consumer-queue.ts'
import type { DeadLetters } from './dead-letters.ts'
import { Queue } from './queue.ts'

export interface DispatcherOptions<Mark> {
  deadLetters: Pick<DeadLetters, 'add'>
  log: Logger
  /** events that may wait for one consumer before reading pauses */
  queueLimit: number
  /** Every consumer has finished everything before the mark. */
  onDone?: (mark: Mark) => void
  /** A queue is full: pause reading. */
  onFull?: () => void
  /** No queue is full any more: resume reading. */
  onCapacity?: () => void
}

/**
 * Puts every event into the queue of each consumer, and finds the place in the log (a mark of the driver) up to which
 * all consumers have finished. The queues do not wait for each other; only a full one pauses the reading.
 */
export class Dispatcher<Mark = never> {
  readonly #options: DispatcherOptions<Mark>
  readonly #queues: ConsumerQueue[] = []
  /** in order: when every queue has done `seq`, `mark` is done */
  readonly #marks = new Queue<{ seq: number; mark: Mark }>()
  readonly #capacity = new Condition()
  #seq = 0
  #full = false

  constructor(options: DispatcherOptions<Mark>) {
    this.#options = options
  }

  get consumers(): Consumer[] {
    return this.#queues.map(({ consumer }) => consumer)
  }

  /** sequence number of the last dispatched event */
  get seq(): number {
    return this.#seq
  }

  get full(): boolean {
    return this.#full
  }

  add(consumer: Consumer): ConsumerQueue {
    const { deadLetters, log } = this.#options
    const onProgress = (): void => this.#progress()
    const queue = new ConsumerQueue({ consumer, deadLetters, log, onProgress, dispatched: () => this.#seq })
    this.#queues.push(queue)
    return queue
  }

  dispatch(event: ChangeEvent): void {
    const numbered = { seq: ++this.#seq, event }
    for (const queue of this.#queues) {
      queue.offer(numbered)
      if (!this.#full && queue.pending >= this.#options.queueLimit) {
        this.#full = true
        this.#options.onFull?.()
      }
    }
  }

  /** Everything before the mark has been dispatched. */
  mark(mark: Mark): void {
    const { last } = this.#marks
    if (last?.seq === this.#seq) last.mark = mark
    else this.#marks.push({ seq: this.#seq, mark })
    this.#progress()
  }

  /** Resolves when no queue is full, or when the signal aborts. */
  waitForCapacity(signal: AbortSignal): Promise<void> {
    return this.#capacity.until(() => !this.#full, signal)
  }

  /** Drops the waiting events. @param reason for the consumers; undefined when they have not received anything yet */
  reset(reason: string | undefined): void {
    this.#marks.clear()
    for (const queue of this.#queues) queue.reset(reason)
    this.#progress()
  }

  #progress(): void {
    const { queueLimit, onDone, onCapacity } = this.#options
    let done = this.#seq
    for (const queue of this.#queues) done = Math.min(done, queue.done)
    let reached: { mark: Mark } | undefined
    while (this.#marks.first && this.#marks.first.seq <= done) reached = this.#marks.shift()
    if (reached) onDone?.(reached.mark)
    if (!this.#full || this.#queues.some(({ pending }) => pending > queueLimit / 2)) return
    this.#full = false
    onCapacity?.()
    this.#capacity.changed()
  }
}
