import { createServer } from 'node:net'
import { type Config } from '../../config/schema.ts'
import { processIdentity } from '../../runtime/processes.ts'
import { readServiceFile, type ServiceFile } from '../../runtime/service-file.ts'
import { probe, reachable } from '../../client/find-service.ts'
import { type Check, type Checks } from './finding.ts'

const ANSWER_LIMIT_MS = 5_000
/** Beyond this, a consumer is stuck, or the disk fills faster than it works. */
const MUCH_LAG_BYTES = 256 * 1024 * 1024

/** The service of this data folder, if one runs; else whether its ports are free for one. */
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
      checks: { service: async () => ({ state: 'well', detail: 'none runs' }), ports: ports(config, signal) },
    }
  }
  return { isRunning: true, checks: { service: readiness(base, file!), 'change feed': feed(base) } }
}

const readiness =
  (base: string, { pid, started_at }: ServiceFile): Check =>
  async () => {
    const answer = await fetch(`${base}/health/ready`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
    const { status, checks = {} } = (await answer.json()) as {
      status: string
      checks?: Record<string, string>
    }
    const who = `process ${pid} at ${base}, since ${started_at}`
    if (answer.ok) return { state: 'well', detail: `${who}: ${status}` }
    const broken = Object.entries(checks).filter(([, result]) => result !== 'ok')
    const detail = `${who}: ${status}; ${broken.map(([name, result]) => `${name}: ${result}`).join('; ')}`
    return {
      state: 'problem',
      detail,
      mend: 'its log has more; `docmgr serve --set log.level=info` says more',
    }
  }

const feed =
  (base: string): Check =>
  async () => {
    const answer = await fetch(`${base}/metrics`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
    const text = await answer.text()
    const lag = metric(text, 'docmgr_changes_lag_bytes')
    const deadLetters = metric(text, 'docmgr_changes_dead_letters')
    if (lag === undefined) return { state: 'well', detail: 'not read by this service' }
    if (deadLetters !== undefined && deadLetters > 0) {
      const detail = `${deadLetters} events could not be processed`
      return { state: 'problem', detail, mend: 'the table changes.dead_letters has each with its error' }
    }
    const detail = `${lag} bytes of the log are still to be done`
    if (lag < MUCH_LAG_BYTES) return { state: 'well', detail }
    return { state: 'problem', detail, mend: 'see in the log of the service which consumer does not get on' }
  }

function metric(text: string, name: string): number | undefined {
  const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1]
  return value === undefined ? undefined : Number(value)
}

/** On servers, docmgr's other processes are expected there; an embedded database is of one service alone. */
const ports =
  ({ listen, database }: Config, signal: AbortSignal): Check =>
  async () => {
    const { host, trustedProxies: _, ...wanted } = listen
    const expected = !database.url.startsWith('embedded:')
    const taken: string[] = []
    const docmgrs: string[] = []
    for (const [name, port] of Object.entries(wanted)) {
      if (typeof port !== 'number' || port === 0) continue
      const problem = await tryPort(host, port)
      if (problem === undefined) continue
      // A process that answers HTTP on its own port is the one that has gRPC too.
      const isDocmgr =
        name === 'grpc' ? docmgrs.length > 0 : (await probe(reachable(host, port), signal)) === undefined
      if (isDocmgr && expected) docmgrs.push(`listen.${name} = ${port}`)
      else taken.push(`listen.${name} = ${port}: ${isDocmgr ? 'taken by another docmgr' : problem}`)
    }
    if (taken.length === 0) {
      const detail = docmgrs.length === 0 ? 'free' : `docmgr answers on ${docmgrs.join(', ')}`
      return { state: 'well', detail }
    }
    const mend = 'stop what uses them, or set other ports (0: any free one, off: none)'
    return { state: 'problem', detail: taken.join('\n'), mend }
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
