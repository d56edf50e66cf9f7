import { at, type LoadedConfig } from '../config/load-config.ts'
import { describeOrigin } from '../config/origin.ts'
import { listSettings } from '../config/settings.ts'
import { isShared } from '../ports/adapters.ts'
import { type ConfigOptions, configOf } from './options.ts'

/**
 * What to say of a server that cannot be reached: the setting that names it, and what to do.
 * @param options of the command that failed
 */
export async function explainUnreachable(error: unknown, options: ConfigOptions): Promise<string> {
  const reason = reasonsOf(error)[0]
  const doctor = '`docmgr doctor` tests every server of the configuration'
  const loaded = await configOf(options).catch(() => undefined)
  const key = loaded && settingOf([...reasonsOf(error), ...namesOf(error)].join(' '), loaded)
  if (loaded === undefined || key === undefined) return `a server cannot be reached (${reason})\n${doctor}`
  const origin = describeOrigin(loaded.origins.get(key)!)
  const place = origin === 'default' ? key : `${key} (from ${origin})`
  return `the server of ${key} cannot be reached (${reason})\nstart it, or correct ${place}; ${doctor}`
}

/** Inserts where the value of a setting comes from into a message that names it. */
export async function namingOrigin(message: string, key: string, options: ConfigOptions): Promise<string> {
  const origin = await configOf(options).then(
    ({ origins }) => origins.get(key),
    () => undefined,
  )
  if (origin === undefined || origin.layer === 'default') return message
  return message.replace(key, () => `${key} (from ${describeOrigin(origin)})`)
}

/** Names and codes of an error and its causes, such as KafkaJSConnectionError and PLT_KFK_TIMEOUT. */
function namesOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return []
  return [error.name, String((error as NodeJS.ErrnoException).code ?? ''), ...namesOf(error.cause, depth + 1)]
}

/** The messages of an error and its causes, the most technical first. */
function reasonsOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return []
  const { address, port, hostname } = error as Error & { address?: string; port?: number; hostname?: string }
  const own = [error.message, address === undefined ? '' : `${address}:${port}`, hostname ?? '']
  const others = error instanceof AggregateError ? (error.errors as unknown[]) : []
  return [...[error.cause, ...others].flatMap((one) => reasonsOf(one, depth + 1)), ...own].filter(Boolean)
}

const DEFAULT_PORTS: Record<string, number> = {
  postgres: 5432,
  postgresql: 5432,
  redis: 6379,
  rediss: 6379,
  kafka: 9092,
  kafkas: 9092,
  grpc: 50_051,
  http: 80,
  https: 443,
}

interface Address {
  key: string
  /** as an error can name it */
  hosts: string[]
  port: number
}

/** The addresses in a setting's URL, such as `kafka://a:9092,b:9092` and `s3:http://minio:9000`. */
function addressesOf(key: string, value: unknown): Address[] {
  const [, scheme, authority] =
    typeof value === 'string' ? (/([a-z]+):\/\/(?:[^@/]*@)?([^/?]+)/.exec(value) ?? []) : []
  if (scheme === undefined || authority === undefined) return []
  return authority.split(',').map((one) => {
    const [, host = one, port] = /^(.*?)(?::(\d+))?$/.exec(one) ?? []
    const hosts = host === 'localhost' ? [host, '127.0.0.1', '::1'] : [host]
    return { key, hosts, port: Number(port ?? DEFAULT_PORTS[scheme] ?? 0) }
  })
}

/**
 * How docmgr's own messages name a server: of one that accepts connections and does not answer, errors have no address.
 * Those of PostgreSQL come last: other servers are named beside what they have in common with it.
 */
const NAMES = {
  search: /Elasticsearch|search index/,
  cache: /Redis/,
  changes: /Kafka|kafka|KFK/,
  blobs: /object storage/,
  database: /database|Postgres|Query read|timeout expired|trying to connect|Connection terminated/,
} as const

/** The setting whose URL has the address that the text names: host and port, else the port alone, else the host. */
function settingOf(text: string, { config }: LoadedConfig): string | undefined {
  const all = listSettings().flatMap(({ key }) => addressesOf(key, at(config, key)))
  const hasPort = (port: number, host = ''): boolean =>
    new RegExp(`:${port}(?!\\d)`).test(text) && text.includes(`${host}:${port}`)
  const found =
    all.find(({ hosts, port }) => hosts.some((host) => hasPort(port, host))) ??
    all.find(({ port }) => hasPort(port)) ??
    all.find(({ hosts }) => hosts.some((host) => text.includes(host)))
  if (found) return found.key
  const ports = Object.keys(NAMES) as (keyof typeof NAMES)[]
  const named = ports.find((port) => isShared(port, config[port].url) && NAMES[port].test(text))
  return named && `${named}.url`
}
