import type { ChangeEvent } from '../../../domain/change.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { ConsumerQueue } from '../delivery/consumer-queue.ts'
import type { DeadLetters } from '../delivery/dead-letters.ts'
import type { Consumer } from '../port.ts'

export interface BroadcastQueuesOptions {
  deadLetters: Pick<DeadLetters, 'add'>
  log: Logger
}

/** Events that may wait for a consumer before reading pauses. */
const QUEUE_LIMIT = 10_000

/** The queues of all consumers of one reader: every event goes to each of them. */
export class BroadcastQueues {
  readonly #options: BroadcastQueuesOptions
  readonly #queues: ConsumerQueue[] = []
  #seq = 0
  #onCapacity: (() => void)[] = []

  constructor(options: BroadcastQueuesOptions) {
    this.#options = options
  }

  get consumers(): Consumer[] {
    return this.#queues.map(({ consumer }) => consumer)
  }

  add(consumer: Consumer): ConsumerQueue {
    const queue = new ConsumerQueue({
      ...this.#options,
      consumer,
      onProgress: () => this.#onProgress(),
      dispatched: () => this.#seq,
    })
    this.#queues.push(queue)
    return queue
  }

  offer(event: ChangeEvent): void {
    const numbered = { seq: ++this.#seq, event }
    for (const queue of this.#queues) queue.offer(numbered)
  }

  /** Drops the waiting events. @param reason for the consumers */
  reset(reason: string): void {
    for (const queue of this.#queues) queue.reset(reason)
  }

  /** Resolves when no queue is full, or when the signal aborts. */
  async waitForCapacity(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#queues.every(({ pending }) => pending < QUEUE_LIMIT)) return
    await new Promise<void>((resolve) => {
      this.#onCapacity.push(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  #onProgress(): void {
    if (this.#onCapacity.length === 0 || this.#queues.some(({ pending }) => pending > QUEUE_LIMIT / 2)) return
    for (const resolve of this.#onCapacity.splice(0)) resolve()
  }
}
