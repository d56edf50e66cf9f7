import type { ChangeEvent } from '../../../domain/change.ts'
import type { Logger } from '../../../runtime/logger.ts'
import type { DeadLetters } from './dead-letters.ts'
import { ConsumerQueue } from './consumer-queue.ts'
import type { Lsn } from '../wal/lsn.ts'
import type { Consumer } from '../port.ts'
import { Queue } from './queue.ts'

export interface DispatcherOptions {
  deadLetters: Pick<DeadLetters, 'add'>
  log: Logger
  /** events that may wait for one consumer before reading pauses */
  queueLimit: number
  random: () => number
}

/** What the dispatcher tells the one who reads the log. */
export interface DispatcherListener {
  /** Everything before this place is done by every consumer. Only grows. */
  onConfirmed(lsn: Lsn): void
  /** A queue is full: stop reading. */
  onFull(): void
  /** There is room again. */
  onRoom(): void
}

/**
 * Hands every event to every consumer's queue at the same moment and finds the place in the log up to which all are
 * done. Queues never wait for each other; only a full one stops the reading.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #queues: ConsumerQueue[] = []
  /** ends of transactions in order: when every queue has done `seq`, `lsn` can be confirmed */
  readonly #marks = new Queue<{ seq: number; lsn: Lsn }>()
  #listener: DispatcherListener | undefined
  #roomWaiters: (() => void)[] = []
  #seq = 0
  #full = false

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  get queues(): readonly ConsumerQueue[] {
    return this.#queues
  }

  /** number of the event dispatched last */
  get seq(): number {
    return this.#seq
  }

  get full(): boolean {
    return this.#full
  }

  listen(listener: DispatcherListener): void {
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
  mark(lsn: Lsn): void {
    const { last } = this.#marks
    if (last?.seq === this.#seq) last.lsn = lsn
    else this.#marks.push({ seq: this.#seq, lsn })
    this.#progress()
  }

  /** Resolves when no queue is full, or with the signal. */
  async room(signal: AbortSignal): Promise<void> {
    if (!this.#full || signal.aborted) return
    await new Promise<void>((resolve) => {
      const proceed = (): void => {
        signal.removeEventListener('abort', proceed)
        resolve()
      }
      this.#roomWaiters.push(proceed)
      signal.addEventListener('abort', proceed, { once: true })
    })
  }

  /** What waits is forgotten. @param reason told to the consumers; undefined when they have not had anything yet */
  reset(reason: string | undefined): void {
    this.#marks.clear()
    for (const queue of this.#queues) queue.reset(reason)
    this.#progress()
  }

  #progress(): void {
    let done = this.#seq
    for (const queue of this.#queues) done = Math.min(done, queue.done)
    let confirmed: Lsn | undefined
    while (this.#marks.first && this.#marks.first.seq <= done) confirmed = this.#marks.take(1)[0]!.lsn
    if (confirmed !== undefined) this.#listener?.onConfirmed(confirmed)
    if (this.#full && this.#queues.every(({ pending }) => pending <= this.#options.queueLimit / 2))
      this.#makeRoom()
  }

  #makeRoom(): void {
    this.#full = false
    this.#listener?.onRoom()
    for (const resolve of this.#roomWaiters.splice(0)) resolve()
  }
}
