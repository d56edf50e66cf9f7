import { type Readable } from 'node:stream'
import { Agent, errors, request } from 'undici'
import { type Backoff, backoffMs, createRetryBudget, pause } from '../runtime/backoff.ts'
import { ApiError, errorOfResponse, ServiceUnreachableError } from './problem.ts'

export interface HttpRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE'
  headers?: Record<string, string>
  /** sent as JSON */
  json?: unknown
  /** the body as it is sent; called for each attempt */
  body?: () => Readable
  /** whether it may be retried; by default GET, HEAD and requests with an Idempotency-Key are */
  repeatable?: boolean
  /** milliseconds for all attempts together */
  timeoutMs?: number
}

export interface HttpResponse<T> {
  headers: Record<string, string | string[] | undefined>
  body: T
}

export interface HttpClient {
  /** @throws ApiError, ServiceUnreachableError, or the reason of the client's signal */
  send<T>(url: string, options?: HttpRequest): Promise<HttpResponse<T>>
  close(): Promise<void>
}

export interface HttpClientOptions {
  token?: string
  /** maximum number of connections to each address */
  connections?: number
  signal: AbortSignal
}

const ATTEMPTS = 5
const BACKOFF: Backoff = { firstMs: 100, limitMs: 2_000 }
/** How long a request waits in all for a limit of its client to end (429 with Retry-After). */
const MAX_LIMITED_MS = 180_000
/** statuses of a service that may answer a moment later */
const RETRIED = new Set([429, 502, 503, 504])

/** JSON over persistent connections. Idempotent requests are retried while the service is unavailable for a short time. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const agent = new Agent({ connections: options.connections ?? 4, pipelining: 1, keepAliveTimeout: 30_000 })
  const budget = createRetryBudget()

  return {
    async send<T>(url: string, request: HttpRequest = {}) {
      const { method = 'GET', headers = {}, timeoutMs = 30_000 } = request
      const repeatable =
        request.repeatable ?? (method === 'GET' || method === 'HEAD' || 'idempotency-key' in headers)
      let deadline = deadlineSignal(timeoutMs, options.signal)
      let limitedMs = 0
      budget.onRequest()
      try {
        for (let count = 1; ; count++) {
          const { response, error, again, retryAfterMs } = await attempt<T>(
            { agent, token: options.token },
            url,
            request,
            deadline.signal,
          )
          if (response) return response
          if (isLimited(error) && retryAfterMs !== undefined && limitedMs + retryAfterMs <= MAX_LIMITED_MS) {
            // The service has done nothing, so any request can be repeated, and the wait is not its time.
            deadline.clear()
            await pause(retryAfterMs + backoffMs(1, BACKOFF), options.signal)
            deadline = deadlineSignal(timeoutMs, options.signal)
            limitedMs += retryAfterMs
            count--
            continue
          }
          if (!again || !repeatable || count === ATTEMPTS || !budget.tryTake()) throw error
          await pause(
            Math.min(BACKOFF.limitMs, retryAfterMs ?? 0) + backoffMs(count, BACKOFF),
            deadline.signal,
          )
        }
      } catch (error) {
        if (options.signal.aborted) throw options.signal.reason
        if (deadline.signal.aborted)
          throw new ServiceUnreachableError(origin(url), `no answer within ${timeoutMs} ms`)
        throw error
      } finally {
        deadline.clear()
      }
    },
    close: () => agent.destroy(),
  }
}

interface Connection {
  agent: Agent
  token: string | undefined
}

async function attempt<T>(
  { agent, token }: Connection,
  url: string,
  { method = 'GET', json, body, headers }: HttpRequest,
  signal: AbortSignal,
): Promise<Attempt<T>> {
  const payload = json === undefined ? body?.() : JSON.stringify(json)
  try {
    const response = await request(url, {
      dispatcher: agent,
      method,
      signal,
      headers: {
        accept: 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload !== undefined && { body: payload }),
    })
    const text = await response.body.text()
    if (response.statusCode < 300) {
      return {
        response: { headers: response.headers, body: decode(text, response.headers['content-type']) as T },
      }
    }
    const error = errorOfResponse(response.statusCode, text)
    const retryAfterMs = retryAfterOf(response.headers['retry-after'])
    return {
      error,
      again: RETRIED.has(response.statusCode),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (isOfBody(error)) return { error, again: false }
    return { error: unreachable(url, error as Error), again: true }
  }
}

const isLimited = (error: Error): boolean => error instanceof ApiError && error.status === 429

type Attempt<T> =
  | { response: HttpResponse<T>; error?: never; again?: never; retryAfterMs?: never }
  | { response?: never; error: Error; again: boolean; retryAfterMs?: number }

/** Cheaper than AbortSignal.any for many short requests: one listener, removed at the end. */
function deadlineSignal(ms: number, parent: AbortSignal): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController()
  const abort = (): void => controller.abort(parent.reason)
  const timer = setTimeout(() => controller.abort(new Error('too late')), ms)
  if (parent.aborted) abort()
  else parent.addEventListener('abort', abort)
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer)
      parent.removeEventListener('abort', abort)
    },
  }
}

function unreachable(url: string, error: Error): Error {
  if (error instanceof SyntaxError)
    return new Error(`${origin(url)} answered with something that is not JSON`)
  const code = error instanceof errors.UndiciError ? error.message : (error as NodeJS.ErrnoException).code
  return new ServiceUnreachableError(origin(url), code ?? error.message)
}

/** Whether reading the request's body failed, rather than sending it. */
function isOfBody(error: unknown): error is Error {
  const { syscall } = error as NodeJS.ErrnoException
  if (error instanceof errors.RequestContentLengthMismatchError)
    error.message = 'the file changed while it was read'
  return error instanceof errors.RequestContentLengthMismatchError || syscall === 'open' || syscall === 'read'
}

const origin = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url)

function decode(text: string, contentType: string | string[] | undefined): unknown {
  if (text === '') return undefined
  return String(contentType).startsWith('text/') ? text : JSON.parse(text)
}

/** Retry-After in seconds (RFC 9110, 10.2.3); docmgr does not send its other form, a date. */
function retryAfterOf(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined
}
