import { type Readable } from 'node:stream'
import { Agent, type Dispatcher, errors, request } from 'undici'
import { type Backoff, backoffMs, createRetryBudget, pause } from '../runtime/backoff.ts'
import { ApiError, errorOfResponse, ServiceUnreachableError } from './problem.ts'

export interface HttpRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  headers?: Record<string, string>
  /** sent as JSON */
  json?: unknown
  /** the body as it is sent; called for each attempt */
  body?: () => Readable | Uint8Array
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
  /** GET, with a body that the caller reads; it fails when the connection is lost, and at the client's signal. */
  open(url: string, headers?: Record<string, string>): Promise<HttpResponse<Readable>>
  close(): Promise<void>
}

export interface HttpClientOptions {
  token?: string
  /** what it was given with, for messages */
  tokenFrom?: string
  /** maximum number of connections to each address */
  connections?: number
  signal: AbortSignal
}

const ATTEMPTS = 5
/** of each attempt: all of them end within half a minute */
const CONNECT_MS = 5_000
/** from the last byte of a request to the response, and between two bytes of a body that is streamed */
const STREAM_TIMEOUT_MS = 30_000
const BACKOFF: Backoff = { firstMs: 100, limitMs: 2_000 }
/** How long a request waits in all for a limit of its client to end (429 with Retry-After). */
const MAX_LIMITED_MS = 180_000
/** statuses of a service that may answer a moment later */
const RETRIED = new Set([429, 502, 503, 504])

/** JSON over persistent connections. Idempotent requests are retried while the service is unavailable for a short time. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const agent = createAgent(options.connections)
  const budget = createRetryBudget()

  async function attempt<T>(
    url: string,
    options_: HttpRequest,
    signal: AbortSignal,
    read: ReadBody<T>,
  ): Promise<Attempt<T>> {
    const { method = 'GET', json, body, headers } = options_
    const payload = json === undefined ? body?.() : JSON.stringify(json)
    try {
      const response = await request(url, {
        dispatcher: agent,
        method,
        signal,
        headersTimeout: STREAM_TIMEOUT_MS,
        bodyTimeout: options_.timeoutMs ?? STREAM_TIMEOUT_MS,
        headers: {
          accept: 'application/json',
          ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(payload !== undefined && { body: payload }),
      })
      if (response.statusCode < 300)
        return { response: { headers: response.headers, body: await read(response) } }
      return await failureOf(response, options.tokenFrom)
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (isOfBody(error)) return { error, again: false }
      const again = !(error instanceof errors.HeadersTimeoutError)
      return { error: unreachable(url, error as Error), again }
    }
  }

  return {
    async send<T>(url: string, request: HttpRequest = {}) {
      const { timeoutMs = 30_000 } = request
      const deadline = startDeadline(timeoutMs, options.signal)
      let failure: Error | undefined
      try {
        return await repeat(request, budget, deadline, async () => {
          const tried = await attempt<T>(url, request, deadline.signal, decode)
          failure = tried.error
          return tried
        })
      } catch (error) {
        if (options.signal.aborted) throw options.signal.reason
        if (!deadline.signal.aborted) throw error
        // What the service has answered to an attempt before says more.
        throw failure ?? new ServiceUnreachableError(origin(url), `no answer within ${timeoutMs} ms`)
      } finally {
        deadline.clear()
      }
    },
    open(url, headers = {}) {
      const request = { headers: { accept: '*/*', ...headers } }
      const { signal } = options
      return repeat(request, budget, { signal }, () =>
        attempt(url, request, signal, async ({ body }) => body),
      )
    },
    close: () => agent.destroy(),
  }
}

const createAgent = (connections = 4): Agent =>
  new Agent({ connections, pipelining: 1, keepAliveTimeout: 30_000, connect: { timeout: CONNECT_MS } })

async function failureOf(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  tokenFrom: string | undefined,
): Promise<Attempt<never>> {
  const error = errorOfResponse(statusCode, await body.text(), tokenFrom)
  const retryAfterMs = retryAfterOf(headers['retry-after'])
  return { error, again: RETRIED.has(statusCode), ...(retryAfterMs !== undefined && { retryAfterMs }) }
}

/** Repeats a request that may be repeated while the service is unavailable, and any that a limit of its client refused. */
async function repeat<T>(
  { method = 'GET', headers = {}, repeatable }: HttpRequest,
  budget: ReturnType<typeof createRetryBudget>,
  deadline: Pick<Deadline, 'signal'> & Partial<Deadline>,
  attempt: () => Promise<Attempt<T>>,
): Promise<HttpResponse<T>> {
  const mayRepeat = repeatable ?? (method === 'GET' || method === 'HEAD' || 'idempotency-key' in headers)
  let limitedMs = 0
  budget.onRequest()
  for (let count = 1; ; count++) {
    const { response, error, again, retryAfterMs } = await attempt()
    if (response) return response
    if (isLimited(error) && retryAfterMs !== undefined && limitedMs + retryAfterMs <= MAX_LIMITED_MS) {
      // The service has done nothing, so any request can be repeated, and the wait is not its time.
      deadline.stop?.()
      await pause(retryAfterMs + backoffMs(1, BACKOFF), deadline.signal)
      deadline.restart?.()
      limitedMs += retryAfterMs
      count--
      continue
    }
    if (!again || !mayRepeat || count === ATTEMPTS || !budget.tryTake()) throw error
    await pause(Math.min(BACKOFF.limitMs, retryAfterMs ?? 0) + backoffMs(count, BACKOFF), deadline.signal)
  }
}

const isLimited = (error: Error): boolean => error instanceof ApiError && error.status === 429

type ReadBody<T> = (response: Dispatcher.ResponseData) => Promise<T>

type Attempt<T> =
  | { response: HttpResponse<T>; error?: never; again?: never; retryAfterMs?: never }
  | { response?: never; error: Error; again: boolean; retryAfterMs?: number }

interface Deadline {
  signal: AbortSignal
  /** until restart, which gives the whole time again */
  stop(): void
  restart(): void
  clear(): void
}

/** Cheaper than AbortSignal.any for many short requests: one listener, removed at the end. */
function startDeadline(ms: number, parent: AbortSignal): Deadline {
  const controller = new AbortController()
  const abort = (): void => controller.abort(parent.reason)
  const start = (): NodeJS.Timeout => setTimeout(() => controller.abort(new Error('too late')), ms)
  let timer = start()
  if (parent.aborted) abort()
  else parent.addEventListener('abort', abort)
  return {
    signal: controller.signal,
    stop: () => clearTimeout(timer),
    restart: () => {
      timer = start()
    },
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
  const { syscall, code } = error as NodeJS.ErrnoException
  // Of a connection, not of a file.
  if (code === 'ECONNRESET' || code === 'ETIMEDOUT') return false
  if (error instanceof errors.RequestContentLengthMismatchError)
    error.message = 'the file changed while it was read'
  return error instanceof errors.RequestContentLengthMismatchError || syscall === 'open' || syscall === 'read'
}

const origin = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url)

async function decode<T>({ body, headers }: Dispatcher.ResponseData): Promise<T> {
  const text = await body.text()
  if (text === '') return undefined as T
  return (String(headers['content-type']).startsWith('text/') ? text : JSON.parse(text)) as T
}

/** Retry-After in seconds (RFC 9110, 10.2.3); docmgr does not send its other form, a date. */
function retryAfterOf(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined
}
