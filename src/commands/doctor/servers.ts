import { connect } from 'node:net'
import { type Config, type Role } from '../../config/schema.ts'
import { type Check, type Checks } from './finding.ts'

const ANSWER_LIMIT_MS = 3_000

/** A server that some role needs, by the setting that names it. */
interface Server {
  name: string
  setting: string
  roles: readonly Role[]
  /** host:port, each of which must answer */
  addresses: string[]
}

/** Whether the servers that the roles of this configuration talk to can be reached. */
export function checksOfServers(config: Config): Checks {
  const needed = serversOf(config).filter(({ roles }) => roles.some((role) => config.roles.includes(role)))
  return Object.fromEntries(needed.map((server) => [server.name, reachable(server)]))
}

function serversOf({ blobs, cache, changes, documents, roles, search }: Config): Server[] {
  const servers: Server[] = []
  const add = (name: string, setting: string, users: Role[], addresses: string[]): void =>
    void servers.push({ name, setting, roles: users, addresses })

  const s3 = /^s3:(https?:.+)$/.exec(blobs.url)?.[1]
  if (s3 !== undefined) add('S3', 'blobs.url', ['document', 'signature', 'indexer'], addressesOf(s3))
  if (/^rediss?:/.test(cache.url)) add('Redis', 'cache.url', ['document'], addressesOf(cache.url, 6379))
  if (/^kafkas?:/.test(changes.url)) {
    add('Kafka', 'changes.url', ['ws', 'indexer'], addressesOf(changes.url, 9092))
    add('Kafka Connect', 'changes.connectUrl', ['ws', 'indexer'], addressesOf(changes.connectUrl))
  }
  if (search.url.startsWith('elasticsearch:')) {
    const url = search.url.slice('elasticsearch:'.length)
    add('Elasticsearch', 'search.url', ['search', 'indexer'], addressesOf(url, 9200))
  }
  if (documents.url.startsWith('grpc:') && !roles.includes('document'))
    add('document role', 'documents.url', ['signature'], addressesOf(documents.url))
  return servers
}

/** The `host:port` of a URL that may name several; without user and password. */
function addressesOf(url: string, usualPort?: number): string[] {
  const [, scheme, hosts = ''] = /^([a-z]+):\/\/(?:[^@/]*@)?([^/?#]*)/i.exec(url) ?? []
  const port = usualPort ?? (scheme === 'https' ? 443 : 80)
  return hosts.split(',').map((host) => (/:\d+$/.test(host) ? host : `${host}:${port}`))
}

function reachable({ setting, addresses }: Server): Check {
  return async () => {
    const problems = await Promise.all(addresses.map(knock))
    const broken = addresses.flatMap((address, index) =>
      problems[index] === undefined ? [] : [`${address}: ${problems[index]}`],
    )
    if (broken.length === 0) return { state: 'well', detail: `${addresses.join(', ')} can be reached` }
    return { state: 'problem', detail: broken.join('\n'), mend: `start it, or correct ${setting}` }
  }
}

/** Undefined when somebody listens there. */
function knock(address: string): Promise<string | undefined> {
  const split = address.lastIndexOf(':')
  const host = address.slice(0, split).replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(address.slice(split + 1)), timeout: ANSWER_LIMIT_MS })
    const end = (problem?: string): void => {
      socket.destroy()
      resolve(problem)
    }
    socket.once('connect', () => end())
    socket.once('timeout', () => end(`no answer within ${ANSWER_LIMIT_MS} ms`))
    socket.once('error', ({ code, message }: NodeJS.ErrnoException) => end(code ?? message))
  })
}
