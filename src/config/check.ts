import { BlockList, isIP } from 'node:net'
import { OWNERS, quotaSetting } from '../domain/limits.ts'
import { adapterOf, isShared, sharedExamples } from '../ports/adapters.ts'
import { roleDefinition, ROLES, rolesThatUse, type Role } from './roles.ts'
import type { Config } from './schema.ts'
import { isPublished, weaknessOf } from './weak-secret.ts'

/** Two settings that contradict each other: the one to change, and what it should be. */
export interface Contradiction {
  key: string
  rule: string
}

/**
 * Checks rules about more than one setting. A port of one process must be in the same process as its users.
 * @param serves the roles start, so that what they do together counts
 */
export function checkConfig(config: Config, serves: boolean): Contradiction[] {
  const checks = [
    checkAuthentication,
    checkSecondKey,
    checkSecrets,
    checkPorts,
    checkPublicUrl,
    checkIdentityProvider,
    checkDatabase,
    checkBlobs,
    checkDocuments,
    checkEmbedded,
    ...(serves ? [checkSearch] : []),
    checkSharing,
    checkQuotas,
  ]
  const found = checks.flatMap((check) => check(config))
  return found.filter(({ key }, place) => found.findIndex((other) => other.key === key) === place)
}

function checkAuthentication({ auth, documents, listen, roles }: Config): Contradiction[] {
  if (auth.mode === 'open' && !isLoopback(listen.host) && !auth.openBeyondLoopback) {
    const rule =
      `open allows access from this machine only, and listen.host is ${listen.host}: ` +
      'set auth.mode to required, or listen.host to 127.0.0.1'
    return [{ key: 'auth.mode', rule }]
  }
  const hasDocument = roles.includes('document')
  const given = auth.secret !== undefined ? 'auth.secret' : auth.secondSecret && 'auth.secondSecret'
  if (auth.mode === 'required' && !hasDocument && given !== undefined) {
    const rule =
      `signs tokens of anyone, and these roles (${roles.join(', ')}) need none: remove it here and leave it to the ` +
      'document role, which checks tokens for the others'
    return [{ key: given, rule }]
  }
  if (auth.mode === 'required' && hasDocument && auth.secret === undefined && roles.length < ROLES.length) {
    const rule =
      'each process would generate its own secret: set the same one in all processes of the document role'
    return [{ key: 'auth.secret', rule }]
  }
  if (!hasDocument && auth.services.key === undefined && isShared('documents', documents.url)) {
    const rule =
      'is missing: set the private key by which these roles identify themselves to the document role'
    return [{ key: 'auth.services.key', rule }]
  }
  if (hasDocument && auth.tokenLifetime > auth.maxTokenLifetime) {
    const rule = `new tokens would not be accepted: auth.maxTokenLifetime is ${auth.maxTokenLifetime}`
    return [{ key: 'auth.tokenLifetime', rule }]
  }
  if (auth.secondSecret !== undefined && auth.secret === undefined)
    return [{ key: 'auth.secret', rule: 'auth.secondSecret is set: set the secret that signs tokens, too' }]
  return []
}

function checkSecondKey({ auth: { services }, roles }: Config): Contradiction[] {
  const { key, secondKey } = services
  if (secondKey === undefined || (key !== undefined && roles.includes('ws'))) return []
  const rule =
    key === undefined
      ? 'is for the time in which auth.services.key is replaced, which is not set: set it, too'
      : `is for tickets of WebSockets, and these roles (${roles.join(', ')}) have none: remove it here`
  return [{ key: 'auth.services.secondKey', rule }]
}

/** With a guessed secret a client signs tokens, or finds out which viewers the statistics count. */
function checkSecrets({ auth, cache }: Config): Contradiction[] {
  const secrets = {
    'auth.secret': auth.secret,
    'auth.secondSecret': auth.secondSecret,
    'auth.scrapeToken': auth.scrapeToken,
    'cache.viewerSecret': cache.viewerSecret,
  }
  const { key, secondKey, keys } = auth.services
  const known = Object.entries({
    key: isPublished(key),
    secondKey: isPublished(secondKey),
    keys: keys.some((one) => isPublished(one.split(':')[1])),
  }).find(([, isKnown]) => isKnown)
  if (known && auth.mode === 'required') {
    const rule = 'is known to everyone: make keys for each role (openssl genpkey -algorithm ed25519)'
    return [{ key: `auth.services.${known[0]}`, rule }]
  }
  return Object.entries(secrets).flatMap(([key, secret]) => {
    const weakness = secret === undefined ? undefined : weaknessOf(secret)
    const reason =
      weakness ?? (auth.mode === 'required' && isPublished(secret) ? 'is known to everyone' : undefined)
    if (reason === undefined) return []
    return [{ key, rule: `${reason}: set it to random bytes (openssl rand -base64 32)` }]
  })
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
      found.push({ key: `listen.${name}`, rule: `is the port of listen.${owner}: use another one, 0 or off` })
  }
  return found
}

/** The cookie of a session has the attribute Secure: every login would seem to work, and lead to the login page again. */
function checkPublicUrl({ http: { publicUrl } }: Config): Contradiction[] {
  if (publicUrl === undefined || !isPlainBeyondLoopback(publicUrl)) return []
  const rule =
    'browsers keep no session over plain http: set it to an https origin, or to one of this machine'
  return [{ key: 'http.publicUrl', rule }]
}

/** Over plain http anyone on the way could log in as anyone, by the provider's keys or by a code. */
function checkIdentityProvider({ auth, http, roles }: Config): Contradiction[] {
  const { issuer, clientId, audience } = auth.oidc
  const problem = (key: string, rule: string): Contradiction[] => [{ key, rule }]
  if (issuer === undefined) {
    const given = clientId === undefined ? audience && 'audience' : 'clientId'
    return given === undefined ? [] : problem('auth.oidc.issuer', `auth.oidc.${given} is set: set both`)
  }
  if (isPlainBeyondLoopback(issuer))
    return problem('auth.oidc.issuer', 'must be https; plain http is for providers on this machine')
  if (clientId === undefined && audience === undefined)
    return problem(
      'auth.oidc.clientId',
      'auth.oidc.issuer is set: set this for logins, or auth.oidc.audience for JWTs',
    )
  if (auth.mode === 'open')
    return problem(
      'auth.mode',
      'nobody logs in where it is open: set it to required, or remove auth.oidc.issuer',
    )
  if (clientId === undefined || http.publicUrl !== undefined || !roles.includes('document')) return []
  return problem(
    'http.publicUrl',
    'auth.oidc.clientId is set: set the origin to which the provider sends people back',
  )
}

const isPlainBeyondLoopback = (url: string): boolean =>
  url.startsWith('http:') && !isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''))

function checkDatabase({ database }: Config): Contradiction[] {
  if (database.directUrl === undefined || isShared('database', database.url)) return []
  return [{ key: 'database.directUrl', rule: `needs a database.url such as ${sharedExamples('database')}` }]
}

/** A process that checks tokens of requests asks the document role: for their secret, about API keys and disabled people. */
function checkDocuments({ auth, documents, roles }: Config): Contradiction[] {
  if (isShared('documents', documents.url) || roles.includes('document')) return []
  const users = auth.mode === 'required' ? ROLES : rolesThatUse('documents')
  if (!users.some((role) => roles.includes(role))) return []
  const rule =
    `reaches the document role in the same process, which runs only ${roles.join(', ')}: ` +
    `add the role document, or set it to ${sharedExamples('documents')}`
  return [{ key: 'documents.url', rule }]
}

function checkBlobs({ blobs }: Config): Contradiction[] {
  if ((blobs.accessKey === undefined) === (blobs.secretKey === undefined)) return []
  const [key, other] = blobs.accessKey === undefined ? ['accessKey', 'secretKey'] : ['secretKey', 'accessKey']
  return [{ key: `blobs.${key}`, rule: `blobs.${other} is set: set both or neither` }]
}

/** Whether this process starts its own database: a role here uses it, and no server is named. */
function hasOwnDatabase(config: Config): boolean {
  const needsDatabase = (role: Role): boolean =>
    roleDefinition(role).uses.some(
      (port) => port === 'database' || adapterOf(port, config[port].url).needsDatabase === true,
    )
  return !isShared('database', config.database.url) && config.roles.some(needsDatabase)
}

/** Only this process can use its own database, so the roles that write what it reads must run here. */
function checkEmbedded(config: Config): Contradiction[] {
  const { roles } = config
  if (!hasOwnDatabase(config)) return []
  const needed = new Set<string>(['document', ...roles.flatMap((role) => roleDefinition(role).readsFrom)])
  const missing = ROLES.filter((role) => needed.has(role) && !roles.includes(role))
  if (missing.length === 0) return []
  const rule =
    `belongs to this process alone, which runs only ${roles.join(', ')}: add the role ` +
    `${missing.join(' and ')}, or set database.url to a server: ${sharedExamples('database')}`
  return [{ key: 'database.url', rule }]
}

/** Instances share the events of a shared feed, and an index of one process would lack those of the others. */
function checkSearch({ changes, search, roles }: Config): Contradiction[] {
  if (!roles.includes('indexer') || !isShared('changes', changes.url) || isShared('search', search.url))
    return []
  const rule = `belongs to this process alone, and others can take events of changes.url: set it to ${sharedExamples('search')}`
  return [{ key: 'search.url', rule }]
}

/** Roles that may run in other processes need adapters that several processes can share. */
function checkSharing(config: Config): Contradiction[] {
  if (hasOwnDatabase(config)) return []
  const { roles } = config
  // Every process of the document role must use the same cache, so a split of any roles needs a shared one.
  const groups = {
    blobs: rolesThatUse('blobs'),
    changes: rolesThatUse('changes'),
    search: rolesThatUse('search'),
    cache: ROLES,
  } as const
  return (Object.keys(groups) as (keyof typeof groups)[]).flatMap((port) => {
    const group = groups[port]
    const isUsed = rolesThatUse(port).some((role) => roles.includes(role))
    const isSplit = isUsed && !group.every((role) => roles.includes(role))
    if (!isSplit || isShared(port, config[port].url)) return []
    const rule =
      `belongs to this process alone, which runs only ${roles.join(', ')}: start ${group.join(', ')} in one ` +
      `process, or set it to ${sharedExamples(port)}`
    return [{ key: `${port}.url`, rule }]
  })
}

/** Otherwise no client could create a document of the maximum size, however long it waited. */
function checkQuotas({ limits, roles }: Config): Contradiction[] {
  if (!roles.includes('document')) return []
  return OWNERS.flatMap((owner) => {
    const setting = quotaSetting(owner, 'bytes')
    const quota = limits[setting]
    if (quota === 'off' || quota === 0 || quota >= limits.contentBytes) return []
    const rule =
      `would refuse every document of limits.contentBytes (${limits.contentBytes}): ` +
      'set it to at least that or off, or lower limits.contentBytes'
    return [{ key: `limits.${setting}`, rule }]
  })
}
