import { Agent, request } from 'undici'
import { backOff, createRetryBudget } from '../client/retry.ts'

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

/** A property that Connect refuses, and why. */
export interface PropertyError {
  property: string
  problems: string[]
}

/** Connect has refused a request. */
export class ConnectError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'ConnectError'
    this.status = status
  }
}

/** Nothing that speaks Connect's protocol answers. */
export class ConnectUnreachableError extends Error {
  constructor(url: string, problem: string) {
    super(`Kafka Connect does not answer at ${url} (${problem}): changes.connectUrl names it`)
    this.name = 'ConnectUnreachableError'
  }
}

/** What docmgr asks of Kafka Connect. Every request can be repeated, and is, within a budget. */
export interface ConnectClient {
  /** classes of the connectors that the worker has; one attempt only */
  plugins(): Promise<string[]>
  validate(properties: Properties): Promise<PropertyError[]>
  /** undefined when there is no such connector, here and below */
  properties(connector: string): Promise<Properties | undefined>
  status(connector: string): Promise<ConnectorStatus | undefined>
  /** Makes it or gives it these properties. */
  put(connector: string, properties: Properties): Promise<void>
  restartFailed(connector: string): Promise<void>
  resume(connector: string): Promise<void>
  /** Ends its tasks and keeps its configuration and offsets. */
  stop(connector: string): Promise<void>
  /** Only of a stopped connector. */
  deleteOffsets(connector: string): Promise<void>
  delete(connector: string): Promise<void>
  close(): Promise<void>
}

const ATTEMPTS = 6
const REQUEST_LIMIT_MS = 15_000
/** 409: the workers are just sharing out their work anew. */
const REPEATED = new Set([409, 502, 503, 504])

/** A client of Connect's REST API: https://kafka.apache.org/documentation/#connect_rest */
export function createConnectClient(url: string, signal: AbortSignal): ConnectClient {
  const base = url.replace(/\/+$/, '')
  const agent = new Agent({ connections: 2 })
  const budget = createRetryBudget()

  const attempt = async (method: Method, path: string, body?: object): Promise<Answer> => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_LIMIT_MS)])
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
      const problem = name === 'TimeoutError' ? `no answer within ${REQUEST_LIMIT_MS} ms` : (code ?? message)
      throw new ConnectUnreachableError(base, problem)
    }
  }

  const call = async <T>(method: Method, path: string, body?: object): Promise<T | undefined> => {
    budget.spend()
    for (let count = 1; ; count++) {
      const result = await attempt(method, path, body).then(
        (answer) => ({ answer, again: REPEATED.has(answer.status) }),
        (error: Error) => ({ error, again: error instanceof ConnectUnreachableError }),
      )
      if (result.again && count < ATTEMPTS && budget.take()) {
        await backOff(count, undefined, signal)
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
      // Several rules of one property may say the same.
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
  // Connect wraps its own exceptions; the last sentence is the reason.
  throw new ConnectError(status, message.replace(/^(?:[\w.$]+(?:Exception|Error): )+/, ''))
}

function parse(base: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ConnectUnreachableError(base, 'something else answers there')
  }
}
