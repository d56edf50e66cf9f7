import { Client } from '@elastic/elasticsearch'
import { DomainError } from '../../../domain/errors.ts'
import { isRefusal } from './errors.ts'
import type { ElasticsearchAddress } from './url.ts'

export interface ElasticsearchRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  path: string
  query?: Record<string, string | number | boolean>
  /** an object for JSON */
  body?: object
  /** lines of JSON, each with its line feed */
  lines?: string | Buffer
  /** milliseconds for one attempt */
  timeoutMs?: number
  /** further attempts, on another node if there is one, after a lost connection or 502, 503, 504 */
  retries?: number
}

export interface Elasticsearch {
  /** @throws DomainError unavailable, or ElasticsearchError when the request itself is refused */
  ask<T>(request: ElasticsearchRequest): Promise<T>
  stop(): Promise<void>
}

/** Elasticsearch has refused a request; repeating it does not help. */
export class ElasticsearchError extends Error {
  readonly status: number
  /** such as index_not_found_exception */
  readonly type: string

  constructor(status: number, type: string, reason: string, cause?: unknown) {
    super(`Elasticsearch: ${status} ${type}: ${reason}`, { cause })
    this.name = 'ElasticsearchError'
    this.status = status
    this.type = type
  }
}

export const isElasticsearchError = (error: unknown, ...types: string[]): error is ElasticsearchError =>
  error instanceof ElasticsearchError && (types.length === 0 || types.includes(error.type))

const TIMEOUT_MS = 8_000
const RETRIES = 2
/** What further attempts may take beyond the time of one: each could wait for a connection that is never made. */
const RETRIES_MS = 2_000
/** Seconds before a further attempt, after every node was tried. */
const retryBackoff = (_min: number, _max: number, attempt: number): number => 0.05 * 2 ** attempt

/** The official client with limits on time and attempts, and its errors translated. */
export function openElasticsearch({ nodes, auth }: ElasticsearchAddress): Elasticsearch {
  const client = new Client({
    nodes: nodes.map((url) => ({ url })),
    ...(auth && { auth }),
    requestTimeout: TIMEOUT_MS,
    maxRetries: RETRIES,
  })
  return {
    async ask<T>({ method, path, query, body, lines, timeoutMs, retries }: ElasticsearchRequest) {
      const attemptMs = timeoutMs ?? TIMEOUT_MS
      const limit = new AbortController()
      const timer = setTimeout(() => limit.abort(), attemptMs + RETRIES_MS)
      try {
        return await client.transport.request<T>(
          {
            method,
            path,
            ...(query && { querystring: query }),
            ...(body && { body }),
            ...(lines !== undefined && { bulkBody: lines }),
          },
          {
            requestTimeout: attemptMs,
            maxRetries: retries ?? RETRIES,
            retryBackoff,
            signal: limit.signal,
          },
        )
      } catch (error) {
        throw translateClientError(error)
      } finally {
        clearTimeout(timer)
      }
    },
    stop: () => client.close(),
  }
}

interface ClientError {
  statusCode?: number
  body?: ErrorBody | string
}

interface ErrorBody {
  error?: (Cause & { root_cause?: Cause[] }) | string
}

interface Cause {
  type?: string
  reason?: string
}

/** Errors that callers handle themselves, besides refusals. */
const EXPECTED = new Set(['index_not_found_exception', 'resource_already_exists_exception'])

/** What Elasticsearch has answered, where an error of `ask` is about an answer. */
export function answerOf(error: unknown): ({ status: number } & Required<Cause>) | undefined {
  const { statusCode, body } = ((error as Error).cause ?? {}) as ClientError
  return typeof statusCode === 'number' ? { status: statusCode, ...causeOf(body) } : undefined
}

/** Translates an error of the client, by its shape, which does not depend on the version of its classes. */
export function translateClientError(error: unknown): Error {
  const { statusCode, body } = error as ClientError
  if (typeof statusCode !== 'number') return unavailable('Elasticsearch cannot be reached', error)
  const { type, reason } = causeOf(body)
  if (statusCode === 413 || isRefusal(type) || EXPECTED.has(type))
    return new ElasticsearchError(statusCode, type, reason, error)
  return unavailable(`Elasticsearch answers ${statusCode} ${type}: ${reason}`, error)
}

/** The exception in an answer; when shards have failed that of one of them, of one that may work later if there is one. */
function causeOf(body: ErrorBody | string | undefined): Required<Cause> {
  const error = typeof body === 'object' ? body.error : body
  if (typeof error !== 'object') return { type: 'error', reason: String(error ?? '') }
  const isOfShards = error.type === 'search_phase_execution_exception'
  const ofShards = isOfShards ? (error.root_cause ?? []) : []
  const passing = ofShards.find((cause) => !isRefusal(cause.type ?? ''))
  const { type = 'error', reason = '' } = passing ?? ofShards[0] ?? error
  return { type, reason }
}

function unavailable(what: string, cause: unknown): DomainError {
  return new DomainError('unavailable', `the search index cannot be used now: ${what}`, { cause })
}
