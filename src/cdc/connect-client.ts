import { Agent, request } from 'undici'
import { type Backoff, backoffMs, createRetryBudget, pause } from '../runtime/backoff.ts'
import { abortAfter } from '../runtime/within.ts'

/** A connector's configuration: https://kafka.apache.org/documentation/#connectconfigs */
export type Properties = Record<string, string>

/** RUNNING, PAUSED, STOPPED, FAILED, UNASSIGNED or RESTARTING; the trace is a Java stack trace. */
export interface TaskStatus {
  state: string
  trace?: string
}

export interface ConnectorStatus {
  connector: TaskStatus
  tasks: (TaskStatus & { id: number })[]
}

/** A property that Connect rejects, and why. */
export interface PropertyError {
  property: string
  problems: string[]
}

/** Connect rejected a request. */
export class ConnectError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'ConnectError'
    this.status = status
  }
}

/** No answer, or not one of Kafka Connect. */
export class ConnectUnreachableError extends Error {
  /** it accepted the request, and has had its time */
  readonly isSlow: boolean
  constructor(url: string, problem: string, isSlow = false) {
    super(`Kafka Connect does not answer at ${url} (${problem}): check changes.connectUrl`)
    this.name = 'ConnectUnreachableError'
    this.isSlow = isSlow
  }
}

/** The requests that docmgr sends to Kafka Connect. They are idempotent, and retried within a budget. */
export interface ConnectClient {
  /** classes of the worker's connector plugins; not retried */
  plugins(): Promise<string[]>
  validate(properties: Properties): Promise<PropertyError[]>
  /** @returns undefined when there is no such connector */
  properties(connector: string): Promise<Properties | undefined>
  /** @returns undefined when there is no such connector */
  status(connector: string): Promise<ConnectorStatus | undefined>
  /** Creates the connector, or replaces its properties. */
  put(connector: string, properties: Properties): Promise<void>
  restartFailed(connector: string): Promise<void>
  resume(connector: string): Promise<void>
  /** Stops its tasks; configuration and offsets stay. */
  stop(connector: string): Promise<void>
  /** The connector must be stopped. */
  deleteOffsets(connector: string): Promise<void>
  delete(connector: string): Promise<void>
  close(): Promise<void>
}

const ATTEMPTS = 6
const BACKOFF: Backoff = { firstMs: 100, limitMs: 2_000 }
const REQUEST_TIMEOUT_MS = 15_000
/** of each attempt: all of them end within half a minute */
const CONNECT_TIMEOUT_MS = 3_000
/** 409: the workers are rebalancing. */
const RETRIED = new Set([409, 502, 503, 504])

/** A client of Connect's REST API: https://kafka.apache.org/documentation/#connect_rest */
export function createConnectClient(url: string, signal: AbortSignal): ConnectClient {
  const base = url.replace(/\/+$/, '')
  const agent = new Agent({ connections: 2, connect: { timeout: CONNECT_TIMEOUT_MS } })
  const budget = createRetryBudget()

  const attempt = async (method: Method, path: string, body?: object): Promise<Answer> => {
    const limit = AbortSignal.any([signal, abortAfter(REQUEST_TIMEOUT_MS)])
    try {
      const answer = await request(base + path, {
        dispatcher: agent,
        method,
        signal: limit,
        headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
      return { status: answer.statusCode, text: await answer.body.text() }
    } catch (error) {
      signal.throwIfAborted()
      const { code, message, name } = error as NodeJS.ErrnoException
      const problem =
        name === 'TimeoutError' ? `no answer within ${REQUEST_TIMEOUT_MS} ms` : (code ?? message)
      throw new ConnectUnreachableError(base, problem, name === 'TimeoutError')
    }
  }

  const call = async <T>(method: Method, path: string, body?: object): Promise<T | undefined> => {
    budget.onRequest()
    for (let count = 1; ; count++) {
      const result = await attempt(method, path, body).then(
        (answer) => ({ answer, again: RETRIED.has(answer.status) }),
        (error: Error) => ({ error, again: error instanceof ConnectUnreachableError && !error.isSlow }),
      )
      if (result.again && count < ATTEMPTS && budget.tryTake()) {
        await pause(backoffMs(count, BACKOFF), signal)
        signal.throwIfAborted()
        continue
      }
      if ('error' in result) throw result.error
      return read<T>(base, result.answer)
    }
  }

  const of = (connector: string): string => `/connectors/${encodeURIComponent(connector)}`
  return {
    async plugins() {
      const found = read<{ class: string }[]>(base, await attempt('GET', '/connector-plugins'))
      return (found ?? []).map((plugin) => plugin.class)
    },
    async validate(properties) {
      const plugin = encodeURIComponent(properties['connector.class'] ?? '')
      const path = `/connector-plugins/${plugin}/config/validate`
      const found = await call<Validation>('PUT', path, properties)
      // Several rules of one property can give the same message.
      return (found?.configs ?? [])
        .map(({ value }) => ({ property: value.name, problems: [...new Set(value.errors)] }))
        .filter(({ problems }) => problems.length > 0)
    },
    properties: (connector) => call<Properties>('GET', `${of(connector)}/config`),
    status: (connector) => call<ConnectorStatus>('GET', `${of(connector)}/status`),
    put: async (connector, properties) => void (await call('PUT', `${of(connector)}/config`, properties)),
    restartFailed: async (connector) =>
      void (await call('POST', `${of(connector)}/restart?includeTasks=true&onlyFailed=true`)),
    resume: async (connector) => void (await call('PUT', `${of(connector)}/resume`)),
    stop: async (connector) => void (await call('PUT', `${of(connector)}/stop`)),
    deleteOffsets: async (connector) => void (await call('DELETE', `${of(connector)}/offsets`)),
    delete: async (connector) => void (await call('DELETE', of(connector))),
    close: () => agent.destroy(),
  }
}

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'
type Answer = { status: number; text: string }
type Validation = { configs: { value: { name: string; errors: string[] } }[] }

/** @returns undefined for 404 and for an empty answer */
function read<T>(base: string, { status, text }: Answer): T | undefined {
  if (status === 404) return undefined
  const json = text === '' ? undefined : parse(base, text)
  if (status < 300) return json as T | undefined
  const { message = text.slice(0, 500) } = (json ?? {}) as { message?: string }
  // Connect prefixes the message with the classes of its exceptions.
  throw new ConnectError(status, message.replace(/^(?:[\w.$]+(?:Exception|Error): )+/, ''))
}

function parse(base: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ConnectUnreachableError(base, 'the answer is not JSON')
  }
}
