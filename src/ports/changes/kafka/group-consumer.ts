import { TOPICS } from '../../../domain/topics.ts'
import type { DriverConsumer } from '../driver.ts'
import type { Consumer, FeedStatus } from '../port.ts'
import type { AssignmentWorker } from './assignment.ts'
import { Deduplicator } from './deduplicator.ts'
import { messageOf, MissingTopicError } from './errors.ts'
import { type GroupConsumerOptions, GroupSession } from './group-session.ts'
import { withReconnect } from './with-reconnect.ts'

/** A consumer whose instances share the work as a consumer group of Kafka. */
export class GroupConsumer implements DriverConsumer {
  readonly consumer: Consumer
  readonly #options: GroupConsumerOptions
  readonly #groupName: string
  readonly #abort = new AbortController()
  readonly #deduplicator = new Deduplicator()
  #state: FeedStatus['state'] = 'starting'
  #problem: string | undefined
  #session: GroupSession | undefined
  #worker: AssignmentWorker | undefined
  /** of earlier assignments */
  #deadLetterCount = 0
  #running: Promise<void> | undefined
  #onStarted: (() => void) | undefined
  #onWorking = (): void => {}

  constructor(options: GroupConsumerOptions) {
    this.#options = options
    this.consumer = options.consumer
    this.#groupName = `${options.group}-${options.consumer.name}`
  }

  get state(): FeedStatus['state'] {
    return this.#state
  }

  get problem(): string | undefined {
    return this.#problem ?? this.#worker?.problem
  }

  get pending(): number {
    return this.#worker?.pending ?? 0
  }

  get deadLetterCount(): number {
    return this.#deadLetterCount + (this.#worker?.deadLetterCount ?? 0)
  }

  /** records in its partitions that are not done */
  get lagEvents(): number {
    return this.#session?.lag ?? 0
  }

  /** Resolves when the first attempt to join has succeeded or failed; it is retried. */
  async start(): Promise<void> {
    const started = new Promise<void>((resolve) => (this.#onStarted = resolve))
    this.#running = this.#run().finally(() => this.#onStarted?.())
    await started
  }

  /** Finishes the batches in flight, commits, and leaves the group. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#running
    this.#state = 'stopped'
  }

  async #run(): Promise<void> {
    const { client, isNamed, names, consumer, log } = this.#options
    const { signal } = this.#abort
    if (isNamed) {
      await client.removeFormerMembers(this.#groupName).catch((error: unknown) => {
        log.debug({ err: error }, 'could not remove the members of an earlier run')
      })
    }
    await withReconnect({
      connect: () =>
        new GroupSession({
          ...this.#options,
          groupName: this.#groupName,
          topics: consumer.topics.map((topic) => names.changes[TOPICS.indexOf(topic)]!),
          deduplicator: this.#deduplicator,
          onAssigned: (worker) => this.#onAssigned(worker),
        }),
      signal,
      work: async (session, onWorking) => {
        this.#session = session
        this.#onWorking = onWorking
        await session.run(signal)
      },
      onFailure: (error, failures) => this.#onFailure(error, failures),
    })
  }

  #onAssigned(worker: AssignmentWorker): void {
    this.#deadLetterCount = this.deadLetterCount
    this.#worker = worker
    this.#state = 'streaming'
    this.#problem = undefined
    this.#onWorking()
    this.#onStarted?.()
  }

  #onFailure(error: Error, failures: number): void {
    const { consumer, log } = this.#options
    this.#problem = `${consumer.name}: ${messageOf(error)}`
    if (!(error instanceof MissingTopicError) || this.#state !== 'starting') this.#state = 'reconnecting'
    if (failures === 1)
      log.warn({ consumer: consumer.name, err: error }, 'a consumer lost Kafka and reconnects')
    this.#onStarted?.()
  }
}
