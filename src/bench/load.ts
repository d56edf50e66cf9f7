import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { WebSocket } from 'ws'
import { within } from '../testing/deadline.ts'
import { newDocument } from './texts.ts'

export interface BenchRequest {
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  headers?: Record<string, string>
  body?: string
}

export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

/** Requests at the same time, each on a connection of its own that is kept. */
const CONCURRENCY = 16
const LIMIT_MS = 30_000
const MAKE_LIMIT_MS = 120_000

export const openPool = (url: string): Pool =>
  new Pool(url, { connections: CONCURRENCY, pipelining: 1, headersTimeout: LIMIT_MS, bodyTimeout: LIMIT_MS })

export const get = (path: string): BenchRequest => ({ method: 'GET', path })

/** A request with JSON as its body. */
export function withJson(method: 'POST' | 'PATCH', path: string, value: unknown): BenchRequest {
  return { method, path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

/** One request. @throws when the answer has another status */
export async function ask(pool: Pool, request: BenchRequest, status = 200): Promise<Answer> {
  const { statusCode, headers, body } = await pool.request(request)
  const text = await body.text()
  if (statusCode !== status)
    throw new Error(`${request.method} ${request.path} was answered with ${statusCode}: ${text}`)
  return { status, headers: headers as Record<string, string>, body: text }
}

/** The body of the answer, parsed. */
export const askJson = async <T>(pool: Pool, request: BenchRequest, status = 200): Promise<T> =>
  JSON.parse((await ask(pool, request, status)).body) as T

/** Runs CONCURRENCY copies of `work` until the time is over or one returns false. @returns how often it was true */
export async function repeat(forMs: number, work: () => Promise<boolean>): Promise<number> {
  const end = performance.now() + forMs
  let done = 0
  const loop = async (): Promise<void> => {
    while (performance.now() < end && (await work())) done++
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, loop))
  return done
}

export interface LoadOptions {
  /** the next request, or undefined when there is none left */
  next: () => BenchRequest | undefined
  /** of every answer; 200 by default */
  status?: number
  onAnswer?: (body: string) => void
}

/** Sends requests for a time, in milliseconds. @returns how many were answered */
export function load(pool: Pool, forMs: number, { next, status, onAnswer }: LoadOptions): Promise<number> {
  return repeat(forMs, async () => {
    const request = next()
    if (!request) return false
    const { body } = await ask(pool, request, status)
    onAnswer?.(body)
    return true
  })
}

/** Sends that many requests. */
export async function loadCount(pool: Pool, count: number, options: LoadOptions): Promise<void> {
  let missing = count
  await load(pool, MAKE_LIMIT_MS, { ...options, next: () => (missing-- > 0 ? options.next() : undefined) })
}

/** Creates documents through this pool. @param headers of their requests */
export function documentMaker(pool: Pool, headers: Record<string, string> = {}) {
  const made: string[] = []
  const newDocuments = async (count: number): Promise<string[]> => {
    const ids: string[] = []
    const onAnswer = (body: string): void => void ids.push((JSON.parse(body) as { id: string }).id)
    const next = () => {
      const request = withJson('POST', '/documents', newDocument())
      return { ...request, headers: { ...request.headers, ...headers } }
    }
    await loadCount(pool, count, { next, status: 201, onAnswer })
    return ids
  }
  return {
    newDocuments,
    async documents(count: number): Promise<string[]> {
      made.push(...(await newDocuments(Math.max(0, count - made.length))))
      return made.slice(0, count)
    },
  }
}

/** The URL of a document's events, with a token. @param url of the service behind the pool */
export async function socketUrl(pool: Pool, url: string, documentId: string): Promise<string> {
  const path = '/auth/token?user_id=bench&email=bench@example.com'
  const { access_token } = await askJson<{ access_token: string }>(pool, get(path))
  return `${url.replace('http', 'ws')}/ws/${documentId}?token=${access_token}`
}

/** Connects, and reads the greeting of docmgr. */
export async function subscribe(url: string, greets = true): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  await within(LIMIT_MS, 'the WebSocket', once(socket, greets ? 'message' : 'open'))
  return socket
}

/** Repeats a probe until it is true. @throws after 60 s */
export async function until(what: string, everyMs: number, probe: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000
  while (!(await probe())) {
    if (performance.now() > end) throw new Error(`timed out after 60 s, waiting for ${what}`)
    await delay(everyMs)
  }
}

/** The sum of a metric over its labels. */
export async function readMetric(pool: Pool, name: string): Promise<number> {
  const { body } = await ask(pool, get('/metrics'))
  const lines = body.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0)
}
