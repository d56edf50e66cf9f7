import { createServer } from 'node:net'
import { type Config } from '../../config/schema.ts'
import { isShared } from '../../ports/adapters.ts'
import { processIdentity } from '../../runtime/processes.ts'
import { abortAfter } from '../../runtime/within.ts'
import { readServiceFile, type ServiceFile } from '../../data-folder/service-file.ts'
import { feedLag } from '../../client/feed-lag.ts'
import { probe, reachable } from '../../client/find-service.ts'
import { type Check, type Checks } from './finding.ts'
import { countOf } from '../format-number.ts'

const ANSWER_TIMEOUT_MS = 5_000
/** With more, a consumer does not work, or is slower than the log grows. */
const MAX_LAG_BYTES = 256 * 1024 * 1024
const MAX_LAG_EVENTS = 100_000

/** Checks the service of this data folder if one runs, else whether its ports are free. */
export async function checksOfService(
  config: Config,
  signal: AbortSignal,
): Promise<{ isRunning: boolean; checks: Checks }> {
  const file = await readServiceFile(config.data)
  const alive = file !== undefined && (await processIdentity(file.pid)) !== undefined
  const base = alive ? Object.entries(file.urls).find(([name]) => name !== 'grpc')?.[1] : undefined
  if (base === undefined || (await probe(base, signal)) !== undefined) {
    return {
      isRunning: false,
      checks: { service: async () => ({ state: 'ok', detail: 'not running' }), ports: ports(config, signal) },
    }
  }
  const { scrapeToken } = config.auth
  const headers: Record<string, string> =
    scrapeToken === undefined ? {} : { authorization: `Bearer ${scrapeToken}` }
  return {
    isRunning: true,
    checks: { service: readiness(base, file!, headers), 'change feed': feed(base, headers) },
  }
}

const readiness =
  (base: string, { pid, started_at }: ServiceFile, headers: Record<string, string>): Check =>
  async () => {
    const answer = await fetch(`${base}/health/ready`, { signal: abortAfter(ANSWER_TIMEOUT_MS), headers })
    const {
      status,
      checks = {},
      remarks = {},
    } = (await answer.json()) as {
      status: string
      checks?: Record<string, string>
      remarks?: Record<string, string>
    }
    const who = `process ${pid} at ${base}, since ${started_at}`
    if (answer.ok) {
      const detail = [`${who}: ${status}`, ...Object.values(remarks)].join('\n')
      return { state: Object.keys(remarks).length === 0 ? 'ok' : 'remark', detail }
    }
    const broken = Object.entries(checks).filter(([, result]) => result !== 'ok')
    const detail = `${who}: ${status}; ${broken.map(([name, result]) => `${name}: ${result}`).join('; ')}`
    return {
      state: 'problem',
      detail,
      fix: 'see its log, with `docmgr serve --set log.level=info` in more detail',
    }
  }

const feed =
  (base: string, headers: Record<string, string>): Check =>
  async () => {
    const answer = await fetch(`${base}/metrics`, { signal: abortAfter(ANSWER_TIMEOUT_MS), headers })
    if (answer.status === 401 || answer.status === 403) {
      const fix = 'set auth.scrapeToken here, too, to that of the service'
      return { state: 'problem', detail: `${base}/metrics needs a token`, fix }
    }
    const { bytes, events, deadLetters, pendingTexts = 0 } = feedLag(await answer.text())
    if (deadLetters === undefined) return { state: 'ok', detail: 'this service does not read it' }
    if (deadLetters > 0) {
      const detail = `${countOf(deadLetters, 'event')} could not be processed`
      return { state: 'problem', detail, fix: DEAD_LETTERS_FIX }
    }
    if (bytes === undefined && events === undefined)
      return { state: 'problem', detail: 'not read now', fix: 'see the readiness of the service' }
    const lag = bytes === undefined ? countOf(events ?? 0, 'event') : `${bytes} bytes of the log`
    const texts = pendingTexts === 0 ? '' : `, ${countOf(pendingTexts, 'text')} still to be read`
    const detail = `${lag} not yet processed${texts}`
    if ((bytes ?? 0) < MAX_LAG_BYTES && (events ?? 0) < MAX_LAG_EVENTS) return { state: 'ok', detail }
    return { state: 'problem', detail, fix: 'find the consumer that fails in the log of the service' }
  }

/** What to do about dead letters. */
export const DEAD_LETTERS_FIX =
  'see `docmgr dead-letters list`; once the cause is repaired, `docmgr dead-letters retry --all`'

/** With a database on a server, other docmgr processes may use the ports; an embedded one has one process. */
const ports =
  ({ listen, database }: Config, signal: AbortSignal): Check =>
  async () => {
    const { host, trustedProxies: _, ...wanted } = listen
    const mayBeOthers = isShared('database', database.url)
    const taken: string[] = []
    const docmgrs: string[] = []
    for (const [name, port] of Object.entries(wanted)) {
      if (typeof port !== 'number' || port === 0) continue
      const problem = await tryPort(host, port)
      if (problem === undefined) continue
      // gRPC is served by a process that also serves HTTP.
      const isDocmgr =
        name === 'grpc' ? docmgrs.length > 0 : (await probe(reachable(host, port), signal)) === undefined
      if (isDocmgr && mayBeOthers) docmgrs.push(`listen.${name} = ${port}`)
      else taken.push(`listen.${name} = ${port}: ${isDocmgr ? 'taken by another docmgr' : problem}`)
    }
    if (taken.length === 0) {
      const detail = docmgrs.length === 0 ? 'free' : `docmgr answers on ${docmgrs.join(', ')}`
      return { state: 'ok', detail }
    }
    const fix = 'stop the programs that use them, or set other ports (0: any free one, off: none)'
    return { state: 'problem', detail: taken.join('\n'), fix }
  }

function tryPort(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      resolve(
        code === 'EADDRINUSE' ? 'taken' : code === 'EACCES' ? 'this user may not listen there' : message,
      )
    })
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}
