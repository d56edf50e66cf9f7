import { within } from '../../../runtime/within.ts'
import type { KafkaMembership } from './group.ts'
import { kafkaErrorType, type KafkaLink, MissingTopicError } from './link.ts'
import { keepLinked } from './reconnect.ts'
import { Share, type SharedConsumerOptions } from './share.ts'
import { topicNames } from './topics.ts'
import type { Consumer, FeedStatus } from '../port.ts'

const LEAVE_MS = 2_000

/** A consumer whose instances share the work as a group: it joins, works on its share, and joins again. */
export class SharedConsumer {
  readonly consumer: Consumer
  readonly #options: SharedConsumerOptions
  readonly #topics: string[]
  readonly #abort = new AbortController()
  #state: FeedStatus['state'] = 'starting'
  #problem: string | undefined
  #share: Share | undefined
  #deadLetterCount = 0
  #memberId = ''
  #running: Promise<void> | undefined
  #settled: (() => void) | undefined

  constructor(options: SharedConsumerOptions) {
    this.#options = options
    this.consumer = options.consumer
    const names = topicNames(options.prefix)
    const nameFor = { 'cdc.documents': names.documents, 'cdc.signatures': names.signatures }
    this.#topics = options.consumer.topics.map((topic) => nameFor[topic])
  }

  get state(): FeedStatus['state'] {
    return this.#state
  }

  get problem(): string | undefined {
    return this.#problem ?? this.#share?.problem
  }

  get pending(): number {
    return this.#share?.pending ?? 0
  }

  get deadLetterCount(): number {
    return this.#deadLetterCount + (this.#share?.deadLetterCount ?? 0)
  }

  /** events that are in its partitions but not done */
  get lagEvents(): number {
    return this.#share?.lag ?? 0
  }

  /** Resolves when the first try to join has succeeded or failed; what fails is tried again. */
  async start(): Promise<void> {
    const settled = new Promise<void>((resolve) => (this.#settled = resolve))
    this.#running = this.#run()
    await settled
  }

  /** Finishes the batch in hand, commits it, and leaves the group, unless it is expected back. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#running
    this.#state = 'stopped'
  }

  async #run(): Promise<void> {
    await keepLinked({
      ...this.#options,
      signal: this.#abort.signal,
      work: (link, onWorking) => this.#serve(link, onWorking),
      onFailure: (error, failures) => this.#fail(error, failures),
    })
    this.#settled?.()
  }

  #fail(error: Error, failures: number): void {
    const { consumer, log } = this.#options
    const type = kafkaErrorType(error)
    if (type === 'UNKNOWN_MEMBER_ID' || type === 'FENCED_INSTANCE_ID') this.#memberId = ''
    this.#problem = `${consumer.name}: ${error.message}`
    const isMissing = error instanceof MissingTopicError
    if (!isMissing || this.#state !== 'starting') this.#state = 'reconnecting'
    if (failures === 1)
      log.warn({ consumer: consumer.name, err: error }, 'a consumer lost Kafka and tries again')
    this.#settled?.()
  }

  /** Joins again and again, as the group shares out its work anew. */
  async #serve(link: KafkaLink, onJoined: () => void): Promise<void> {
    const { instance } = this.#options
    const { signal } = this.#abort
    while (!signal.aborted) {
      await link.refresh(this.#topics)
      const membership = await this.#join(link)
      this.#memberId = membership.memberId
      const share = await Share.open({
        ...this.#options,
        link,
        membership,
        topics: this.#topics,
        end: signal,
      })
      this.#share = share
      this.#state = 'streaming'
      this.#problem = undefined
      onJoined()
      this.#settled?.()
      try {
        await share.ended
      } finally {
        this.#deadLetterCount += share.deadLetterCount
        this.#share = undefined
      }
      // One with a name of its own is expected back: its partitions stay its own for the session.
      if (signal.aborted && instance === undefined) await within(LEAVE_MS, membership.leave()).catch(() => {})
    }
  }

  async #join(link: KafkaLink): Promise<KafkaMembership> {
    const { consumer, group, instance, timings } = this.#options
    const { signal } = this.#abort
    // The others may take their time to join.
    const giveUp = (): void => void link.close()
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      return await link.join({
        group: `${group}-${consumer.name}`,
        instance,
        memberId: this.#memberId,
        topics: this.#topics,
        sessionMs: instance === undefined ? timings.sessionMs : timings.staticSessionMs,
        rebalanceMs: timings.rebalanceMs,
      })
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }
}
