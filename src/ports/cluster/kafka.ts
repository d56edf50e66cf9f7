import { randomUUID } from 'node:crypto'
import { DomainError } from '../../domain/errors.ts'
import { KafkaClient } from '../../kafka/client.ts'
import { isMissingTopic, isProtocolError, messageOf } from '../../kafka/errors.ts'
import type { LogReader } from '../../kafka/log-reader.ts'
import { readPartitions } from '../../kafka/read-partitions.ts'
import { topicNames } from '../../kafka/topic-names.ts'
import type { KafkaRecord } from '../../kafka/types.ts'
import type { Logger } from '../../runtime/logger.ts'
import { RetryLoop } from '../../runtime/retry-loop.ts'
import { within } from '../../runtime/within.ts'
import { PendingQuestions } from './pending-questions.ts'
import type { Cluster } from './port.ts'

export interface ClusterResources {
  /** prefix of the topic names */
  prefix: string
  /** name of this process, for the broker's logs */
  instance?: string | undefined
  log: Logger
}

type Content =
  | { kind: 'join' | 'heartbeat' | 'leave' }
  | { kind: 'question'; id: string; body: unknown }
  | { kind: 'answer'; id: string; to: string; body: unknown }
type Message = { from: string } & Content
/** The sender of a message of another kind does not count as a member. */
const KINDS: ReadonlySet<string> = new Set<Content['kind']>([
  'join',
  'heartbeat',
  'leave',
  'question',
  'answer',
])

/** Errors after which the messages since the last fetch are lost. */
const LOST = ['OFFSET_OUT_OF_RANGE', 'UNKNOWN_TOPIC_ID']
const HEARTBEAT_MS = 5_000
/** A member leaves after three missed heartbeats and some delay. */
const MEMBER_TIMEOUT_MS = 16_000
/** for all members to answer */
const ANSWER_TIMEOUT_MS = 2_000
const SEND_TIMEOUT_MS = 5_000
const START_TIMEOUT_MS = 5_000

export function openKafkaCluster(url: string, resources: ClusterResources): KafkaCluster {
  return new KafkaCluster(url, resources)
}

/**
 * The processes of a role over a topic with one partition, which each process reads and writes, so all see the
 * questions in the same order. Each sends heartbeats; who asks waits for the answers of the members it knows of.
 */
export class KafkaCluster implements Cluster {
  readonly #client: KafkaClient
  readonly #topic: string
  readonly #log: Logger
  readonly #loop: RetryLoop
  readonly #self = randomUUID()
  /** the time of each other member's last message, by performance.now() */
  readonly #members = new Map<string, number>()
  readonly #questions = new PendingQuestions(this.#self)
  #handler: ((question: unknown) => unknown) | undefined
  /** offset of the next message */
  #next: number | undefined
  #heartbeat: NodeJS.Timeout | undefined

  constructor(url: string, { prefix, instance, log }: ClusterResources) {
    this.#client = new KafkaClient(url, ['docmgr-cluster', instance].filter(Boolean).join('-'), log)
    this.#topic = topicNames(prefix).peers
    this.#log = log
    this.#loop = new RetryLoop({
      work: (onWorking, signal) =>
        this.#client.withReader((reader) => this.#follow(reader, onWorking, signal)),
      isEarly: isMissingTopic,
      onFailure: (error) => {
        if (LOST.some((name) => isProtocolError(error, name))) this.#next = undefined
      },
      log,
      warning: 'cannot exchange messages with the other processes',
    })
  }

  answer(handler: (question: unknown) => unknown): void {
    this.#handler = handler
  }

  async ask(body: unknown): Promise<unknown[]> {
    const { state, failure } = this.#loop
    if (state !== 'streaming') throw unavailable(failure ? messageOf(failure) : 'not started yet')
    if (this.#questions.full) throw unavailable('too many questions are in flight')
    const id = randomUUID()
    const complete = this.#questions.open(id, this.#activeMembers())
    try {
      await within(SEND_TIMEOUT_MS, this.#send({ kind: 'question', id, body }))
      await within(ANSWER_TIMEOUT_MS, complete).catch(() => {})
    } catch (error) {
      this.#questions.close(id)
      throw unavailable((error as Error).message, error)
    }
    const answers = this.#questions.close(id)
    if (!answers) throw unavailable('the question was not read back in time')
    return answers
  }

  /** Does nothing where no handler answers. */
  async start(): Promise<void> {
    if (!this.#handler) return
    await within(START_TIMEOUT_MS, this.#loop.start()).catch(() => {})
    this.#heartbeat = setInterval(() => this.#post({ kind: 'heartbeat' }), HEARTBEAT_MS)
    this.#heartbeat.unref()
  }

  async stop(): Promise<void> {
    const stopped = this.#abandon()
    // Only a member that has started sends heartbeats.
    if (this.#heartbeat) await within(SEND_TIMEOUT_MS, this.#send({ kind: 'leave' })).catch(() => {})
    await stopped
    await this.#client.close()
  }

  /** Ends as a killed process would: the other members get no message. */
  destroy(): void {
    this.#client.destroy()
    void this.#abandon()
  }

  #abandon(): Promise<void> {
    clearInterval(this.#heartbeat)
    this.#questions.abandon()
    return this.#loop.stop()
  }

  async #follow(reader: LogReader, onWorking: () => void, signal: AbortSignal): Promise<void> {
    const partitions = await reader.partitionsOf([this.#topic])
    this.#next ??= (await reader.offsets(partitions, 'latest'))[0]!.offset
    this.#post({ kind: 'join' })
    onWorking()
    await readPartitions({
      reader,
      from: [{ topic: this.#topic, partition: 0, offset: this.#next }],
      signal,
      onFetched: ([fetched]) => {
        for (const record of fetched!.records) this.#read(record)
        this.#next = fetched!.next
      },
    })
  }

  #read({ value, offset }: KafkaRecord): void {
    try {
      this.#receive(JSON.parse(String(value)) as Message)
    } catch (error) {
      this.#log.error({ offset, err: error }, 'unknown message on the cluster topic')
    }
  }

  #receive(message: Message): void {
    const { from, kind } = message
    if (!KINDS.has(kind)) throw new Error(`unknown kind ${kind}`)
    const isOwn = from === this.#self
    if (!isOwn) this.#members.set(from, performance.now())
    if (kind === 'join' && !isOwn) this.#post({ kind: 'heartbeat' })
    if (kind === 'leave') {
      this.#members.delete(from)
      this.#questions.removeProcess(from)
    } else if (kind === 'question') {
      const body = this.#handler!(message.body)
      if (isOwn) this.#questions.addAnswer(message.id, from, body)
      else this.#post({ kind: 'answer', id: message.id, to: from, body })
    } else if (kind === 'answer' && message.to === this.#self) {
      this.#questions.addAnswer(message.id, from, message.body)
    }
  }

  #activeMembers(): string[] {
    const oldest = performance.now() - MEMBER_TIMEOUT_MS
    for (const [member, at] of this.#members) if (at < oldest) this.#members.delete(member)
    return [...this.#members.keys()]
  }

  /** Sends without waiting; a failure only means a missing answer. */
  #post(message: Content): void {
    this.#send(message).catch((error: unknown) =>
      this.#log.debug({ err: error }, 'could not send a message to the other processes'),
    )
  }

  #send(message: Content): Promise<void> {
    return this.#client.send(this.#topic, this.#self, JSON.stringify({ from: this.#self, ...message }))
  }
}

function unavailable(why: string, cause?: unknown): DomainError {
  return new DomainError('unavailable', `cannot ask the other processes of this role: ${why}`, { cause })
}
