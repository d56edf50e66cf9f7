import { withDatabase } from '../../testing/service-database.ts'
import { within } from '../../testing/deadline.ts'
import { type ResumingSubscriber, subscribeWithResume } from '../../testing/resuming-subscriber.ts'
import { checkSubscribers } from './check-subscribers.ts'
import { count, type KnownDocument, type Tally } from './expected-state.ts'

const DOCUMENTS = 4
/** after which a document is replaced by a new one */
const ROUNDS = 12
const SUBSCRIBE_LIMIT_MS = 30_000

interface Watched {
  since: number
  document: KnownDocument
  subscribers: ResumingSubscriber[]
}

/** Documents with two subscribers each, through several rounds. */
export class WatchedDocuments {
  readonly #data: string
  readonly #tally: Tally
  readonly #urls: () => { ws: string }
  #watched: Watched[] = []

  constructor(data: string, tally: Tally, urls: () => { ws: string }) {
    this.#data = data
    this.#tally = tally
    this.#urls = urls
  }

  get subscribers(): ResumingSubscriber[] {
    return this.#watched.flatMap(({ subscribers }) => subscribers)
  }

  /** The second subscriber of each document, which disconnects and reconnects. */
  get visitors(): ResumingSubscriber[] {
    return this.#watched.map(({ subscribers }) => subscribers[1]!)
  }

  /** Replaces those that were watched long enough, after a check. @param create makes the document number `n` */
  async renew(round: number, create: (n: number) => Promise<KnownDocument>): Promise<void> {
    const old = this.#watched.filter(({ since }) => round - since >= ROUNDS)
    if (old.length > 0) {
      const subscribers = old.flatMap((watched) => watched.subscribers)
      await withDatabase(this.#data, (client) => checkSubscribers(client, subscribers))
      for (const { document } of old) document.watched = false
      await Promise.all(subscribers.map((subscriber) => this.#end(subscriber)))
      this.#watched = this.#watched.filter((entry) => !old.includes(entry))
    }
    for (let n = this.#watched.length; n < DOCUMENTS && (round === 0 || n % 2 === round % 2); n++) {
      const document = await create(n)
      const subscribers = [0, 1].map(() => subscribeWithResume(document.id, this.#urls))
      this.#watched.push({ since: round, document, subscribers })
      const established = Promise.all(subscribers.map((subscriber) => subscriber.established))
      await within(SUBSCRIBE_LIMIT_MS, 'the subscriptions to begin', established)
    }
  }

  /** Ends all subscriptions and counts their messages. */
  async finish(): Promise<void> {
    await Promise.all(this.subscribers.map((subscriber) => this.#end(subscriber)))
  }

  async dispose(): Promise<void> {
    await Promise.all(this.subscribers.map((subscriber) => subscriber.close().catch(() => {})))
  }

  async #end(subscriber: ResumingSubscriber): Promise<void> {
    await subscriber.close()
    for (const { type } of subscriber.messages) count(this.#tally, `${type} seen`)
    this.#tally.set('resumes', (this.#tally.get('resumes') ?? 0) + subscriber.resumed())
  }
}
