import { TOPICS } from '../../../domain/topics.ts'
import { isMissingTopic, messageOf } from '../../../kafka/errors.ts'
import { groupName } from '../../../kafka/topic-names.ts'
import { RetryLoop } from '../../../runtime/retry-loop.ts'
import type { DriverConsumer } from '../driver.ts'
import type { Consumer, FeedStatus } from '../port.ts'
import type { Assignment } from './assignment.ts'
import type { KafkaContext } from './context.ts'
import { Deduplicator } from './deduplicator.ts'
import { GroupSession } from './group-session.ts'

interface GroupConsumerOptions extends KafkaContext {
  consumer: Consumer
  /** prefix of the group's name */
  group: string
  /** name of this process: members with it are leftovers of an earlier run */
  instance?: string | undefined
}

/** A consumer whose instances share the work as a consumer group of Kafka. */
export class GroupConsumer implements DriverConsumer {
  readonly consumer: Consumer
  readonly #options: GroupConsumerOptions
  readonly #groupName: string
  readonly #loop: RetryLoop
  #session: GroupSession | undefined
  #assignment: Assignment | undefined
  /** of earlier assignments */
  #deadLetterCount = 0

  constructor(options: GroupConsumerOptions) {
    const { consumer, group, log, names } = options
    this.#options = options
    this.consumer = consumer
    this.#groupName = groupName(group, consumer.name)
    const deduplicator = new Deduplicator()
    const topics = consumer.topics.map((topic) => names.changes[TOPICS.indexOf(topic)]!)
    this.#loop = new RetryLoop({
      work: async (onWorking, signal) => {
        const session = new GroupSession({ ...options, groupName: this.#groupName, topics, deduplicator })
        this.#session = session
        const onAssigned = (assignment: Assignment): void => {
          this.#deadLetterCount = this.deadLetterCount
          this.#assignment = assignment
          onWorking()
        }
        await session.run(signal, onAssigned).finally(() => session.close())
      },
      isEarly: isMissingTopic,
      log,
      warning: `consumer ${consumer.name} lost Kafka and reconnects`,
    })
  }

  get state(): FeedStatus['state'] {
    return this.#loop.state
  }

  get problem(): string | undefined {
    const { failure } = this.#loop
    return failure ? `${this.consumer.name}: ${messageOf(failure)}` : this.#assignment?.queue.problem
  }

  get pending(): number {
    return this.#assignment?.queue.pending ?? 0
  }

  get deadLetterCount(): number {
    return this.#deadLetterCount + (this.#assignment?.queue.deadLetterCount ?? 0)
  }

  /** records in its partitions that are not done; undefined while it is not a member of its group */
  get lagEvents(): number | undefined {
    return this.state === 'streaming' ? this.#session?.lag : undefined
  }

  /** Resolves when it has joined its group, or when the first attempts have failed; it is retried. */
  async start(): Promise<void> {
    const { client, instance, log } = this.#options
    if (instance !== undefined) {
      await client.removeFormerMembers(this.#groupName).catch((error: unknown) => {
        log.debug({ err: error }, 'could not remove the members of an earlier run')
      })
    }
    await this.#loop.start()
  }

  /** Finishes the batches in flight, commits, and leaves the group. */
  stop(): Promise<void> {
    return this.#loop.stop()
  }
}
