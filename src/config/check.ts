import { BlockList, isIP } from 'node:net'
import { ROLES, type Role } from './roles.ts'
import { type Config } from './schema.ts'

/** Two settings that do not go together: which one to change, and what would be right. */
export interface Contradiction {
  key: string
  rule: string
}

/**
 * What no single value is to blame for. Adapters that live in one process must have in it what they are
 * for.
 */
export function checkConfig(config: Config): Contradiction[] {
  const checks = [
    checkAuthentication,
    checkPorts,
    checkDatabase,
    checkBlobs,
    checkDocuments,
    checkEmbedded,
    checkSpread,
  ]
  return checks.flatMap((check) => check(config))
}

function checkAuthentication({ auth, listen, roles }: Config): Contradiction[] {
  if (auth.mode === 'open' && !isLoopback(listen.host) && !auth.openBeyondLoopback) {
    const rule =
      `without tokens only this machine may get in, and listen.host is ${listen.host}: ` +
      'set auth.mode to required, or listen.host to 127.0.0.1'
    return [{ key: 'auth.mode', rule }]
  }
  if (auth.mode === 'required' && auth.secret === undefined && roles.length < ROLES.length) {
    const rule = 'every process would make a secret of its own: set the same one for all that share the roles'
    return [{ key: 'auth.secret', rule }]
  }
  return []
}

/** Whether only programs on this machine can reach the address. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true
  const version = isIP(host)
  return version !== 0 && LOOPBACK.check(host, version === 4 ? 'ipv4' : 'ipv6')
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

function checkPorts({ listen }: Config): Contradiction[] {
  const { host: _host, trustedProxies: _proxies, ...ports } = listen
  const found: Contradiction[] = []
  const owners = new Map<number, string>()
  for (const [name, port] of Object.entries(ports)) {
    if (typeof port !== 'number' || port === 0) continue
    const owner = owners.get(port)
    if (owner === undefined) owners.set(port, name)
    else
      found.push({
        key: `listen.${name}`,
        rule: `listen.${owner} has this port already: choose another, 0 or off`,
      })
  }
  return found
}

function checkDatabase({ database }: Config): Contradiction[] {
  if (database.directUrl === undefined || !database.url.startsWith('embedded:')) return []
  return [{ key: 'database.directUrl', rule: 'is only for a database.url that starts with postgres://' }]
}

function checkDocuments({ documents, roles }: Config): Contradiction[] {
  if (!documents.url.startsWith('local:')) return []
  if (!roles.includes('signature') || roles.includes('document')) return []
  const rule =
    'local: reaches the document role in the same process, and this one has only ' +
    `${roles.join(', ')}: add the role document, or set documents.url to grpc://host:50051`
  return [{ key: 'documents.url', rule }]
}

function checkBlobs({ blobs }: Config): Contradiction[] {
  if ((blobs.accessKey === undefined) === (blobs.secretKey === undefined)) return []
  const [key, other] = blobs.accessKey === undefined ? ['accessKey', 'secretKey'] : ['secretKey', 'accessKey']
  return [{ key: `blobs.${key}`, rule: `belongs to blobs.${other}, which is set: set both or neither` }]
}

/** Whether this process starts a database of its own: some role here stands on it, and no server is named. */
function hasEmbedded({ database, changes, search, roles }: Config): boolean {
  const needed =
    roles.some((role) => role === 'document' || role === 'signature') ||
    (search.url.startsWith('postgres:') && roles.some((role) => role === 'search' || role === 'indexer')) ||
    (changes.url.startsWith('wal:') && roles.some((role) => role === 'ws' || role === 'indexer'))
  return needed && database.url.startsWith('embedded:')
}

/** The embedded database belongs to one process: what its other roles live on must be made in there. */
function checkEmbedded(config: Config): Contradiction[] {
  const { roles } = config
  if (!hasEmbedded(config)) return []
  const lacking = [
    ...(roles.includes('document') ? [] : ['document']),
    ...(roles.includes('search') && !roles.includes('indexer') ? ['indexer'] : []),
  ]
  if (lacking.length === 0) return []
  const rule =
    `embedded: is of this process alone, which has only ${roles.join(', ')}: add the role ` +
    `${lacking.join(' and ')}, or set database.url to a postgres:// that the processes share`
  return [{ key: 'database.url', rule }]
}

/** Without a database of its own, roles may be elsewhere: what they share must not be of this process alone. */
function checkSpread(config: Config): Contradiction[] {
  const { blobs, cache, changes, roles } = config
  if (hasEmbedded(config)) return []
  const splits = (group: Role[]): boolean =>
    group.some((role) => roles.includes(role)) && !group.every((role) => roles.includes(role))
  const found: Contradiction[] = []
  const add = (key: string, group: Role[], instead: string): void => {
    const rule =
      `is of this process alone, which has only ${roles.join(', ')}: start ${group.join(', ')} in one process, ` +
      `or set it to ${instead}`
    found.push({ key, rule })
  }
  if (blobs.url === 'file:' && splits(['document', 'signature', 'indexer']))
    add('blobs.url', ['document', 'signature', 'indexer'], 's3:, or to a file:///folder that they share')
  if (changes.url.startsWith('wal:') && splits(['ws', 'indexer']))
    add('changes.url', ['ws', 'indexer'], 'kafka://host:port')
  if (cache.url.startsWith('memory:') && roles.includes('document') && roles.length < ROLES.length)
    add('cache.url', [...ROLES], 'redis://host:port')
  return found
}
