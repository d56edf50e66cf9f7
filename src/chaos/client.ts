import { createHash } from 'node:crypto'

/**
 * How a request ended. `ok` and `fail` are certain. `unknown`: no answer, or one that does not say whether the request was
 * executed, so it may have been or not.
 */
export interface Answer {
  outcome: 'ok' | 'fail' | 'unknown'
  /** 0 without an answer */
  code: number
  body: Buffer
  link?: string
}

const REQUEST_MS = 15_000

export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_MS), ...init })
    const body = Buffer.from(await response.arrayBuffer())
    const { status } = response
    const link = response.headers.get('link')
    // 408, 425 and 429 refuse before anything is done, but may do so after an earlier attempt at a proxy.
    const outcome = status < 300 ? 'ok' : status < 500 && status !== 408 ? 'fail' : 'unknown'
    return { outcome, code: status, body, ...(link !== null && { link }) }
  } catch {
    return { outcome: 'unknown', code: 0, body: Buffer.alloc(0) }
  }
}

export function sendJson(
  method: string,
  url: string,
  value: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = JSON.stringify(value)
  return send(url, { method, body, headers: { 'content-type': 'application/json', ...headers } })
}

/** The JSON of an answer. */
export function jsonOf<T>({ body }: Answer): T {
  return JSON.parse(body.toString()) as T
}

export const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex')

/** A document as REST and search show it. */
export interface RestDocument {
  id: string
  title: string
  status: string
  version: number
}

export const seenIn = ({ version, title, status }: RestDocument) => ({ version, title, status })

/** Who creates the documents of a run: they are found by it, also beside those of another run. */
export const authorOf = (seed: number): string => `chaos${seed}@example.com`
