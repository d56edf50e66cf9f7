import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'

/** One request of a load. */
export interface LoadRequest {
  name: string
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  json?: unknown
  /** gets the body of an answer that succeeded */
  onAnswer?: (body: unknown) => void
}

interface Failure {
  request: string
  /** milliseconds since the beginning */
  at: number
  problem: string
}

interface LoadResult {
  requests: number
  failures: Failure[]
  /** milliseconds of each request from when it was due, sorted */
  latencies: number[]
  /** the longest delay in milliseconds between the time when a request was due and when it was sent */
  latest: number
  seconds: number
}

export interface Load {
  /** how many requests were answered so far */
  answered(): number
  /** sends no more requests, waits for those in flight, and returns the result */
  end(): Promise<LoadResult>
}

const REQUEST_LIMIT_MS = 20_000
/**
 * As many as come while a process is replaced. More in flight would only measure an overloaded machine, on which each of them
 * waits for all others longer than one role waits for another.
 */
const MOST_AT_ONCE = 40

/**
 * Sends `perSecond` requests a second, each when it is due, whether or not the ones before it have been answered. While
 * as many as can be in flight are, the next one waits, and those after it are sent at once until none is late. None is
 * repeated. Each has a connection of its own: nginx before 1.27.4 closes kept ones when it is reloaded, also while
 * a request comes in on them (its documentation, keepalive_min_timeout), and only the client could send that again.
 */
export function startLoad(base: string, perSecond: number, next: () => LoadRequest): Load {
  const agent = new Agent({ pipelining: 0 })
  const latencies: number[] = []
  const failures: Failure[] = []
  const inFlight = new Set<Promise<void>>()
  const begun = performance.now()
  let ended = false
  let latest = 0

  const send = async (due: number): Promise<void> => {
    const { name, method, path, json, onAnswer } = next()
    try {
      const { statusCode, body } = await request(base + path, {
        dispatcher: agent,
        method,
        signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
        ...(json !== undefined && {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(json),
        }),
      })
      const text = await body.text()
      if (statusCode >= 300) throw new Error(`${statusCode} ${text.slice(0, 300)}`)
      latencies.push(performance.now() - due)
      onAnswer?.(JSON.parse(text))
    } catch (error) {
      const { code = '', message, cause } = error as NodeJS.ErrnoException
      const at = Math.round(performance.now() - begun)
      failures.push({ request: name, at, problem: `${code} ${message} ${cause ? String(cause) : ''}`.trim() })
    }
  }

  const run = async (): Promise<void> => {
    for (let count = 0; !ended; count++) {
      const due = begun + (count * 1_000) / perSecond
      const early = due - performance.now()
      if (early > 1) await delay(early)
      while (inFlight.size >= MOST_AT_ONCE) await Promise.race(inFlight)
      latest = Math.max(latest, performance.now() - due)
      const sent = send(due)
      inFlight.add(sent)
      void sent.then(() => inFlight.delete(sent))
    }
  }
  const running = run()
  return {
    answered: () => latencies.length,
    async end() {
      ended = true
      await running
      const seconds = (performance.now() - begun) / 1_000
      await Promise.all(inFlight)
      await agent.close()
      return {
        requests: latencies.length + failures.length,
        failures,
        latencies: latencies.sort((one, other) => one - other),
        latest,
        seconds,
      }
    },
  }
}

/** The value below which this part of the sorted values lies. */
export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN
}
