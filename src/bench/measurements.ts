import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { within } from '../testing/deadline.ts'
import { compare, type Goal, type Load } from './compare.ts'
import { embeddedGrowth } from './embedded-growth.ts'
import { ask, askJson, get, socketUrl, subscribe, until, withJson } from './load.ts'
import type { Measurement, Row } from './measurement.ts'
import { type Bench, openBench } from './open-bench.ts'
import { pages } from './pages-measurement.ts'
import { readers } from './readers-measurement.ts'
import { required } from './required-measurement.ts'
import { search } from './search-measurement.ts'
import { suggestions } from './suggestions-measurement.ts'
import { median, percentile } from './table.ts'
import { newDocument, newWord, prose, signatureOf } from './texts.ts'
import { upload } from './upload-measurement.ts'
import { users } from './users-measurement.ts'

const LISTED = 1_000
const CACHED = 64
const EVENT_LIMIT_MS = 10_000
/** Longest pause between two changes. */
const PAUSE_MS = 8

/** Each read is a view that is counted and written. */
const cached: Measurement<Bench> = {
  name: 'cached',
  async run(bench) {
    const ids = await bench.documents(CACHED)
    let n = 0
    const next = () => get(`/documents/${ids[n++ % CACHED]}`)
    return [await compare(bench, { measure: 'GET a cached document, its view counted', aim: 3, next })]
  },
}

const list: Measurement<Bench> = {
  name: 'list',
  async run(bench) {
    await bench.documents(bench.scale.rounds > 1 ? LISTED : 20)
    const next = () => get('/documents?limit=20')
    return [await compare(bench, { measure: 'GET a list of 20', aim: 12, next })]
  },
}

const create: Measurement<Bench> = {
  name: 'create',
  run: (bench) =>
    aloneAndAll(bench, { measure: 'POST a document of 1 KB', aim: 40 }, ({ settled }) => ({
      status: 201,
      prepare: settled,
      next: () => withJson('POST', '/documents', newDocument(prose(1_024))),
      settle: settled,
    })),
}

/** Only the first signature of a document changes its status, so each one here is of another document. */
const sign: Measurement<Bench> = {
  name: 'sign',
  run: (bench) =>
    aloneAndAll(
      bench,
      { measure: 'POST a signature with its image', aim: 50 },
      ({ newDocuments, settled, scale }) => {
        let unsigned: string[] = []
        return {
          status: 201,
          async prepare() {
            unsigned = await newDocuments(scale.signatures)
            await settled()
          },
          next() {
            const id = unsigned.pop()
            return id === undefined ? undefined : withJson('POST', '/signatures', signatureOf(id))
          },
          settle: settled,
        }
      },
    ),
}

/** On a service of the roles that answer, and on one of all roles, which also does what follows the answer. */
async function aloneAndAll(bench: Bench, goal: Goal, loadOn: (bench: Bench) => Load): Promise<Row[]> {
  const alone = await openBench(bench.scale, 'document,signature')
  try {
    const measure = `${goal.measure}, until all messages are sent and indexed (all roles)`
    return [
      await compare(alone, { ...goal, ...loadOn(alone) }),
      await compare(bench, { measure, ...loadOn(bench) }),
    ]
  } finally {
    await alone.stop()
  }
}

/** From the commit, which the message states in whole milliseconds, so that up to one is counted too much. */
const event: Measurement<Bench> = {
  name: 'event',
  async run({ newDocuments, settled, pool, service, scale }) {
    const [id] = await newDocuments(1)
    await settled()
    const socket = await subscribe(await socketUrl(pool, service.urls.http, id!))
    const now = calibrateClock()
    const latencies: number[] = []
    const afterAnswer: number[] = []
    for (let n = 0; n < scale.events; n++) {
      const arrival = once(socket, 'message').then(([bytes]) => {
        const at = now()
        return { at, timestamp: (JSON.parse(String(bytes)) as { timestamp: string }).timestamp }
      })
      const answered = ask(pool, withJson('PATCH', `/documents/${id}`, { title: `Amendment ${n}` })).then(now)
      const { at, timestamp } = await within(EVENT_LIMIT_MS, 'the event', arrival)
      latencies.push(at - Date.parse(timestamp))
      afterAnswer.push(at - (await answered))
      await delay(Math.random() * PAUSE_MS)
    }
    socket.close()
    const detail = `p50 ${median(afterAnswer).toFixed(1)} ms after the answer to the client`
    return latencyRows('commit to WebSocket message', latencies, 10, detail)
  },
}

/** From the row's time, which is before the commit, to the answer of the first search that finds it. */
const searchable: Measurement<Bench> = {
  name: 'searchable',
  async run({ settled, pool, scale }) {
    await settled()
    const now = calibrateClock()
    const latencies: number[] = []
    for (let n = 0; n < scale.searches; n++) {
      const word = newWord()
      const request = withJson('POST', '/documents', newDocument(`The ${word} clause.`))
      const { created_at } = await askJson<{ created_at: string }>(pool, request, 201)
      const isFound = async (): Promise<boolean> =>
        (await askJson<{ total: number }>(pool, get(`/search?q=${word}&size=1`))).total > 0
      await until(`${word} to be found`, 1, isFound)
      latencies.push(now() - millisOf(created_at))
      await delay(Math.random() * PAUSE_MS)
    }
    return latencyRows('commit to searchable', latencies, 50)
  },
}

/**
 * The time of day in milliseconds with a fraction, which Date.now() lacks, to compare with times of another process on this
 * machine. Call it again before each measurement.
 */
function calibrateClock(): () => number {
  const started = Date.now()
  let now = started
  while (now === started) now = Date.now()
  const offset = now - performance.now()
  return () => offset + performance.now()
}

/** Milliseconds with a fraction: the database's times have microseconds. */
const millisOf = (iso: string): number =>
  Date.parse(iso) + Number(/\.\d{3}(\d{3})Z$/.exec(iso)?.[1] ?? 0) / 1_000

function latencyRows(measure: string, latencies: number[], aim: number, detail?: string): Row[] {
  const count = `${latencies.length} changes${detail === undefined ? '' : `; ${detail}`}`
  return [
    { measure: `${measure}, p50`, value: median(latencies), unit: 'ms', aim, detail: count },
    { measure: `${measure}, p99`, value: percentile(latencies, 0.99), unit: 'ms' },
  ]
}

/** In the order in which they run. */
export const MEASUREMENTS: readonly Measurement<Bench>[] = [
  cached,
  list,
  required,
  create,
  sign,
  upload,
  event,
  searchable,
  users((bench) => bench.service.urls.http, 40),
  search,
  pages,
  suggestions,
  readers,
  embeddedGrowth,
]
