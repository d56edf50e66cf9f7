import { authorOf } from '../client.ts'
import type { History } from '../history.ts'
import { createRandom } from '../random.ts'
import { pause } from '../wait.ts'
import { KnownDocuments } from './known-documents.ts'
import { type Client, create, list, patch, read, remove, search, sign } from './perform.ts'
import { Subscriber } from './subscriber.ts'

export interface WorkloadOptions {
  seed: number
  /** of all REST routes and WebSockets */
  url: string
  history: History
  clients: number
  /** how many subscribers there are at a time, beside those that have left for good */
  subscribers: number
  /** mean pause between two operations of one client, milliseconds */
  pauseMs: number
}

export interface Workload {
  documents: KnownDocuments
  subscribers: Subscriber[]
  counts: Map<string, number>
  /** Ends the operations, and lets every subscriber that stays come back. Then nothing changes any more. */
  end(): Promise<void>
  /** Also after a failure: nothing connects again. */
  stop(): Promise<void>
}

/** Clients and subscribers at work, until `end`. */
export function startWorkload(options: WorkloadOptions): Workload {
  const { seed, url, history } = options
  const documents = new KnownDocuments(seed)
  const counts = new Map<string, number>()
  let isOver = false
  const clients = Array.from({ length: options.clients }, (_, index): Client => {
    const name = `c${index + 1}`
    const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1)
    const author = authorOf(seed)
    return {
      name,
      url,
      author,
      history,
      documents,
      random: createRandom(seed, name),
      isOver: () => isOver,
      count,
    }
  })
  const subscribers: Subscriber[] = []
  const running = [
    ...clients.map((client) => runClient(client, options.pauseMs)),
    runSubscribers(options, documents, subscribers, () => isOver),
  ]
  return {
    documents,
    subscribers,
    counts,
    async end() {
      isOver = true
      await Promise.all(running)
      for (const subscriber of subscribers) subscriber.come()
    },
    async stop() {
      isOver = true
      await Promise.allSettled([...running, ...subscribers.map((subscriber) => subscriber.leave())])
      await Promise.all(subscribers.map((subscriber) => subscriber.leave()))
    },
  }
}

async function runClient(client: Client, pauseMs: number): Promise<void> {
  const { random, documents } = client
  while (!client.isOver()) {
    const choice = random.next()
    const document = documents.pickFor(client.name, random)
    if (!document || choice < 0.25) await create(client)
    else if (choice < 0.55) await patch(client, document)
    else if (choice < 0.65) await sign(client, document)
    else if (choice < 0.72) await remove(client, document)
    else if (choice < 0.88) await read(client, document)
    else if (choice < 0.96) await search(client, document)
    else await list(client, document)
    await pause(random.whole(0, 2 * pauseMs))
  }
}

/** Subscribers come, go away for a while and resume, or leave for good and make place for others. */
async function runSubscribers(
  { seed, url, history, subscribers: most }: WorkloadOptions,
  documents: KnownDocuments,
  all: Subscriber[],
  isOver: () => boolean,
): Promise<void> {
  const random = createRandom(seed, 'subscribers')
  let present: Subscriber[] = []
  while (!isOver()) {
    await pause(random.whole(50, 400))
    const followed = documents.all.filter(({ deleted }) => !deleted).slice(-12)
    if (present.length < most && followed.length > 0) {
      const contended = followed.filter((document) => document.contended)
      const document = random.pick(contended.length > 0 && random.next() < 0.6 ? contended : followed)
      const subscriber = new Subscriber(url, history, `s${all.length + 1}`, document)
      all.push(subscriber)
      present.push(subscriber)
      subscriber.come()
      continue
    }
    if (present.length === 0) continue
    const subscriber = random.pick(present)
    if (random.next() < 0.7) {
      await subscriber.leave()
      await pause(random.whole(0, 600))
      subscriber.come()
    } else {
      // It comes back at the end: its resume point is then old.
      await subscriber.leave()
      present = present.filter((one) => one !== subscriber)
    }
  }
}
