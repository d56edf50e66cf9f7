import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { createRandom, type Random } from '../runtime/seeded-random.ts'
import { ask, askJson, type BenchRequest, get, withJson } from './load.ts'
import type { Measurement, Row, SharedBench } from './measurement.ts'
import { median, percentile } from './table.ts'
import { newDocument, prose, signatureOf } from './texts.ts'

/** What a user does next, by its weight among 11. */
const TASKS = { list: 5, create: 3, search: 2, sign: 1 }
const CHOICES = Object.entries(TASKS).flatMap(([task, weight]) => Array<string>(weight).fill(task))
/** One of so many users only searches. */
const SEARCHING = 3
const QUERIES = ['notice', 'rent deposit', '"two weeks of notice"', 'salary', 'confidential informaton']
/** Documents that are there before the users come. */
const DOCUMENTS = 1_000
const LIMIT_MS = 30_000

type Task = keyof typeof TASKS

/**
 * A team at work: users who do one thing, look at the answer for a while, and do the next. Latencies count from the request
 * to the end of the answer; a request that fails ends the measurement.
 *
 * @param urlOf the one URL that all of them use
 * @param aim of the p99, milliseconds
 */
export const users = <B extends SharedBench>(urlOf: (bench: B) => string, aim: number): Measurement<B> => ({
  name: 'users',
  async run(bench) {
    const { users: count, usersMs, pauseMs } = bench.scale
    await bench.documents(Math.min(DOCUMENTS, count * 10))
    await bench.settled()
    const pool = new Pool(urlOf(bench), {
      connections: count,
      headersTimeout: LIMIT_MS,
      bodyTimeout: LIMIT_MS,
    })
    const latencies: Record<Task, number[]> = { list: [], create: [], search: [], sign: [] }
    // The first pauses spread the users; by then their connections are open.
    const from = performance.now() + 2 * pauseMs
    const until = from + usersMs
    try {
      await Promise.all(
        Array.from({ length: count }, (_, n) =>
          work(pool, createRandom(n), { onlySearches: n % SEARCHING === 0, pauseMs, from, until, latencies }),
        ),
      )
    } finally {
      await pool.close()
    }
    return rowsOf(latencies, count, aim)
  },
})

interface Work {
  onlySearches: boolean
  /** the shortest pause; the longest one is three times as long */
  pauseMs: number
  /** by performance.now(): what begins in between counts */
  from: number
  until: number
  latencies: Record<Task, number[]>
}

/** One user, who signs the documents that it made. */
async function work(pool: Pool, random: Random, options: Work): Promise<void> {
  const { onlySearches, pauseMs, from, until, latencies } = options
  const unsigned: string[] = []
  for (;;) {
    await delay(random.whole(pauseMs, 3 * pauseMs))
    const begun = performance.now()
    if (begun >= until) return
    const chosen = (onlySearches ? 'search' : random.pick(CHOICES)) as Task
    const task = chosen === 'sign' && unsigned.length === 0 ? 'create' : chosen
    if (task === 'create') {
      const request = withJson('POST', '/documents', newDocument(prose(1_024)))
      unsigned.push((await askJson<{ id: string }>(pool, request, 201)).id)
    } else if (task === 'sign') {
      await ask(pool, withJson('POST', '/signatures', signatureOf(unsigned.pop()!)), 201)
    } else {
      await ask(pool, task === 'list' ? get('/documents?limit=20') : searchOf(random))
    }
    if (begun >= from) latencies[task].push(performance.now() - begun)
  }
}

const searchOf = (random: Random): BenchRequest =>
  get(`/search?${new URLSearchParams({ q: random.pick(QUERIES), size: '20' })}`)

function rowsOf(latencies: Record<Task, number[]>, count: number, aim: number): Row[] {
  const all = Object.values(latencies).flat()
  const detail = Object.entries(latencies)
    .filter(([, values]) => values.length > 0)
    .map(([task, values]) => `${values.length} × ${task}: p99 ${percentile(values, 0.99).toFixed(0)} ms`)
  const measure = `${count} users at work`
  return [
    { measure: `${measure}, p50`, value: median(all), unit: 'ms', detail: detail.join('; ') },
    { measure: `${measure}, p95`, value: percentile(all, 0.95), unit: 'ms' },
    { measure: `${measure}, p99`, value: percentile(all, 0.99), unit: 'ms', aim },
  ]
}
