import { randomUUID } from 'node:crypto'
import { DomainError } from '../../domain/errors.ts'
import type { Logger } from '../../runtime/logger.ts'
import { within } from '../../runtime/within.ts'
import type { KafkaClient } from './kafka-client.ts'
import { kafkaErrorType, type KafkaLink, type KafkaOffset, type KafkaRecord } from './kafka-link.ts'
import { readKafka } from './kafka-reader.ts'
import { keepLinked } from './kafka-reconnect.ts'
import type { Peers } from './port.ts'

export interface KafkaPeersOptions {
  client: KafkaClient
  /** with one partition, which everyone reads and writes: so all see questions in the same order */
  topic: string
  log: Logger
  random: () => number
}

type Content =
  | { kind: 'hello' | 'here' | 'gone' }
  | { kind: 'question'; id: string; body: unknown }
  | { kind: 'answer'; id: string; to: string; body: unknown }
type Message = { from: string } & Content
/** Of a message of another kind the sender is not taken for one that answers. */
const KINDS: ReadonlySet<string> = new Set<Content['kind']>(['hello', 'here', 'gone', 'question', 'answer'])

/** A question until everybody has answered it. */
interface Pending {
  expected: Set<string>
  answers: unknown[]
  /** its own process, and so Kafka, has had the question */
  heard: boolean
  resolve: () => void
}

/** How often a process says that it is there, and how long it is believed to be: three times, and some delay. */
const HERE_MS = 5_000
const FORGET_MS = 16_000
/** for everybody to answer; a process that was killed is waited for until it is forgotten */
const ANSWER_MS = 2_000
const SEND_MS = 5_000
const START_MS = 5_000
const MAX_PENDING = 1_000

/**
 * The processes of a role that read one feed. Each says from time to time that it is there; a question goes to all of
 * them, and its asker waits for those it knows of.
 */
export class KafkaPeers implements Peers {
  readonly #options: KafkaPeersOptions
  readonly #self = randomUUID()
  readonly #abort = new AbortController()
  /** when each of the others was heard of last, by performance.now() */
  readonly #others = new Map<string, number>()
  readonly #pending = new Map<string, Pending>()
  #handler: ((question: unknown) => unknown) | undefined
  #next: KafkaOffset | undefined
  /** why it cannot ask now */
  #problem: string | undefined = 'not started yet'
  #running: Promise<void> | undefined
  #present: NodeJS.Timeout | undefined

  constructor(options: KafkaPeersOptions) {
    this.#options = options
  }

  answer(handler: (question: unknown) => unknown): void {
    this.#handler = handler
  }

  async ask(body: unknown): Promise<unknown[]> {
    if (this.#problem !== undefined) throw unavailable(this.#problem)
    if (this.#pending.size >= MAX_PENDING) throw unavailable('too many questions are under way')
    const id = randomUUID()
    const over = new Promise<void>((resolve) => {
      const expected = new Set([this.#self, ...this.#living()])
      this.#pending.set(id, { expected, answers: [], heard: false, resolve })
    })
    const { answers } = this.#pending.get(id)!
    try {
      await within(SEND_MS, this.#send({ kind: 'question', id, body })).catch((error: unknown) => {
        throw unavailable((error as Error).message, error)
      })
      await within(ANSWER_MS, over).catch(() => {})
      if (!this.#pending.get(id)!.heard) throw unavailable('the question did not come back in time')
      return answers
    } finally {
      this.#pending.delete(id)
    }
  }

  /** Resolves when it reads, or cannot for now; what fails is tried again. Nothing happens where nobody answers. */
  async start(): Promise<void> {
    if (!this.#handler) return
    await within(START_MS, new Promise<void>((resolve) => (this.#running = this.#run(resolve)))).catch(
      () => {},
    )
    this.#present = setInterval(() => this.#say('here'), HERE_MS)
    this.#present.unref()
  }

  async stop(): Promise<void> {
    if (!this.#running) return
    this.#abandon()
    await within(SEND_MS, this.#send({ kind: 'gone' })).catch(() => {})
    await this.#running
  }

  /** Ends as a killed process would: nobody is told. */
  destroy(): void {
    this.#abandon()
  }

  #abandon(): void {
    clearInterval(this.#present)
    this.#abort.abort()
    for (const { resolve } of this.#pending.values()) resolve()
  }

  #run(onSettled: () => void): Promise<void> {
    return keepLinked({
      ...this.#options,
      signal: this.#abort.signal,
      work: (link, onWorking) =>
        this.#follow(link, () => {
          onWorking()
          onSettled()
        }),
      onFailure: (error, failures) => {
        this.#problem = error.message
        if (failures === 1)
          this.#options.log.warn({ err: error }, 'the other processes cannot be reached over Kafka for now')
        if (kafkaErrorType(error) === 'OFFSET_OUT_OF_RANGE') this.#next = undefined
        onSettled()
      },
    })
  }

  async #follow(link: KafkaLink, onReading: () => void): Promise<void> {
    const { topic } = this.#options
    await link.refresh([topic])
    this.#next ??= (await link.offsets([{ topic, partition: 0 }], 'latest'))[0]!
    this.#problem = undefined
    this.#say('hello')
    onReading()
    await readKafka({
      link,
      from: [this.#next],
      signal: this.#abort.signal,
      onFetched: ([fetched]) => {
        for (const record of fetched!.records) this.#read(record)
        this.#next = { topic, partition: 0, offset: fetched!.next }
      },
    })
  }

  #read(record: KafkaRecord): void {
    try {
      this.#take(JSON.parse(String(record.value)) as Message)
    } catch (error) {
      this.#options.log.error(
        { offset: record.offset, err: error },
        'a message between processes is not understood',
      )
    }
  }

  #take(message: Message): void {
    const { from } = message
    if (!KINDS.has(message.kind)) throw new Error(`its kind is ${message.kind}`)
    if (from !== this.#self) {
      if (message.kind === 'gone') return this.#forget(from)
      this.#others.set(from, performance.now())
    }
    switch (message.kind) {
      case 'hello':
        if (from !== this.#self) this.#say('here')
        break
      case 'question': {
        const body = this.#handler!(message.body)
        if (from === this.#self) this.#settle(message.id, from, body)
        else this.#post({ kind: 'answer', id: message.id, to: from, body })
        break
      }
      case 'answer':
        if (message.to === this.#self) this.#settle(message.id, from, message.body)
        break
      case 'here':
      case 'gone':
    }
  }

  #settle(id: string, from: string, body: unknown): void {
    const pending = this.#pending.get(id)
    if (!pending) return
    pending.answers.push(body)
    if (from === this.#self) pending.heard = true
    pending.expected.delete(from)
    if (pending.expected.size === 0) pending.resolve()
  }

  #forget(other: string): void {
    this.#others.delete(other)
    for (const { expected, resolve } of this.#pending.values()) {
      expected.delete(other)
      if (expected.size === 0) resolve()
    }
  }

  #living(): string[] {
    const oldest = performance.now() - FORGET_MS
    for (const [other, at] of this.#others) if (at < oldest) this.#others.delete(other)
    return [...this.#others.keys()]
  }

  #say(kind: 'hello' | 'here'): void {
    this.#post({ kind })
  }

  /** In the background: who asked does not wait for longer than it may. */
  #post(message: Content): void {
    this.#send(message).catch((error: unknown) =>
      this.#options.log.debug({ err: error }, 'a message to the other processes was not sent'),
    )
  }

  #send(message: Content): Promise<void> {
    const { client, topic } = this.#options
    return client.send(topic, this.#self, JSON.stringify({ from: this.#self, ...message }))
  }
}

function unavailable(why: string, cause?: unknown): DomainError {
  return new DomainError('unavailable', `the other processes of this role cannot be asked: ${why}`, { cause })
}
