import { Pool } from 'undici'

export interface BenchRequest {
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  headers?: Record<string, string>
  body?: string | Buffer
}

export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

/** Requests at the same time, each on a connection of its own that is kept. */
export const CONCURRENCY = 16
const LIMIT_MS = 30_000

export function openPool(url: string): Pool {
  return new Pool(url, {
    connections: CONCURRENCY,
    pipelining: 1,
    headersTimeout: LIMIT_MS,
    bodyTimeout: LIMIT_MS,
  })
}

/** One request. @throws when it is answered with another status */
export async function ask(pool: Pool, request: BenchRequest, status: number): Promise<Answer> {
  const { statusCode, headers, body } = await pool.request(request)
  const text = await body.text()
  if (statusCode !== status)
    throw new Error(`${request.method} ${request.path} was answered with ${statusCode}: ${text}`)
  return { status, headers: headers as Record<string, string>, body: text }
}

/** JSON as the body of a POST or PATCH. */
export function withJson(method: 'POST' | 'PATCH', path: string, value: unknown): BenchRequest {
  return { method, path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

export interface LoadOptions {
  /** the next request, or undefined when there is none left */
  next: () => BenchRequest | undefined
  /** what each must be answered with */
  status: number
  /** milliseconds */
  forMs: number
  onAnswer?: (body: string) => void
}

/** Keeps CONCURRENCY requests under way until the time is over. @returns how many were answered */
export async function load(pool: Pool, { next, status, forMs, onAnswer }: LoadOptions): Promise<number> {
  const end = performance.now() + forMs
  let answered = 0
  const work = async (): Promise<void> => {
    for (;;) {
      const request = performance.now() < end ? next() : undefined
      if (!request) return
      const { body } = await ask(pool, request, status)
      answered++
      onAnswer?.(body)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  return answered
}
