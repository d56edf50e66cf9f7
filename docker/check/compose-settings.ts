/** Rules about what docmgr's containers are given: settings and secrets, no fewer and no others than they need. */
import { passwordFileOf, SERVERS, usersOf } from '../../src/config/access.ts'
import {
  environmentOf,
  isDocmgr,
  isOneShot,
  isRole,
  type Problems,
  type Service,
  type System,
} from './compose-model.ts'

const SERVING = ['AUTH', 'LISTEN', 'SHUTDOWN']
/** What a container that serves may have. */
const OPTIONAL = ['HTTP', 'LIMITS']
/** The groups of settings of each container. */
const NEEDS: Record<string, string[]> = {
  migrate: ['DATABASE'],
  cdc: ['DATABASE', 'CHANGES'],
  access: ['DATABASE', 'CHANGES', 'BLOBS', 'SEARCH', 'CACHE'],
  reindex: ['DATABASE', 'BLOBS', 'CACHE', 'CHANGES', 'SEARCH'],
  document: [...SERVING, 'DATABASE', 'BLOBS', 'CACHE', 'EXTRACTION'],
  signature: [...SERVING, 'DATABASE', 'BLOBS', 'CACHE', 'DOCUMENTS'],
  search: [...SERVING, 'SEARCH', 'CACHE', 'DOCUMENTS'],
  ws: [...SERVING, 'CHANGES', 'CACHE', 'DOCUMENTS'],
  indexer: [...SERVING, 'CHANGES', 'SEARCH', 'BLOBS', 'DOCUMENTS'],
}

/** docmgr refuses unknown variables by itself (compose.test.ts); this is about those it does not need. */
export function* variables(service: Service): Problems {
  if (!isDocmgr(service)) return
  const groups = NEEDS[service.name]
  if (!groups) return yield 'is not in NEEDS of compose-settings.ts'
  const names = Object.keys(environmentOf(service))
  const used = new Set(names.map((name) => name.split('_')[1]!))
  const allowed = groups.includes('LISTEN') ? [...groups, ...OPTIONAL] : groups
  for (const group of used) if (!allowed.includes(group)) yield `does not need DOCMGR_${group}`
  for (const group of groups) if (!used.has(group)) yield `lacks DOCMGR_${group}`
  // In production the addresses are the same (compose.test.ts), but in files.
  const { DOCMGR_DATABASE_URL: url } = environmentOf(service)
  if (url && url.includes('pgbouncer') === isOneShot(service))
    yield 'roles go through PgBouncer; migrations, replication and the locks of commands do not'
}

/** An access key is a name. */
const SECRET_NAME = /PASSWORD|SECRET|TOKEN|PRIVATE|[^S]_KEY$/
const SIGNING = /^DOCMGR_AUTH_(SECOND_)?SECRET/
/** Which service may have a secret by which docmgr itself is known. */
const OF_DOCUMENT: Record<string, string> = {
  auth_secret: 'can sign tokens of anyone',
  auth_second_secret: 'can sign tokens of anyone',
  oidc_client_secret: 'can log in as docmgr at the identity provider',
}
/** What decides over JWTs of the identity provider. The indexer has no interface for users. */
const PROVIDER = ['ISSUER', 'AUDIENCE', 'GROUPS_CLAIM', 'ADMIN_GROUPS', 'ADMINS'].map(
  (name) => `DOCMGR_AUTH_OIDC_${name}`,
)
const PASSWORD_IN_URL = /:\/\/[^/@\s]*:[^/@\s]+@/

/** A secret that is read is given, one that is given is read, and in production none is in the environment. */
export function* secrets(service: Service, { production }: System): Problems {
  const { name, command, entrypoint, healthcheck } = service
  const values = environmentOf(service)
  if (production) {
    for (const [variable, value] of Object.entries(values)) {
      const isPath = variable.endsWith('_FILE') || value.startsWith('/run/secrets/')
      if (value && !isPath && (SECRET_NAME.test(variable) || PASSWORD_IN_URL.test(value)))
        yield `${variable} has its secret in the environment`
    }
  }
  const texts = [command, entrypoint, healthcheck?.test, Object.values(values)].flatMap((list) => list ?? [])
  const read = new Set(
    texts.flatMap((text) => [...text.matchAll(/\/run\/secrets\/(\w+)/g)].map(([, file]) => file!)),
  )
  for (const user of kafkaUsersIn(service)) read.add(passwordFileOf('changes', user))
  if (texts.includes('--passwords=/run/secrets'))
    for (const port of KEPT_BY_SERVER)
      for (const user of usersOf(port).keys()) read.add(passwordFileOf(port, user))
  if (name === 'connect' && texts.includes('/etc/docmgr/sasl.sh'))
    read.add(passwordFileOf('database', 'connect'))
  const given = new Set(service.secrets?.map(({ source }) => source))
  for (const secret of read) if (!given.has(secret)) yield `reads the secret ${secret}, which it is not given`
  for (const secret of given)
    if (!read.has(secret)) yield `is given the secret ${secret} and does not read it`
  if (name !== 'document' && Object.keys(values).some((variable) => SIGNING.test(variable)))
    yield `${OF_DOCUMENT['auth_secret']}: only document needs the secret`
  for (const secret of given) {
    if (secret in OF_DOCUMENT && name !== 'document')
      yield `${OF_DOCUMENT[secret]}: only document needs the secret`
    const [, role = name] = /^service_(\w+?)(?:_second)?_key$/.exec(secret) ?? []
    if (role !== name) yield `calls the document role as ${role}`
  }
}

/** Whose passwords docker/kafka/sasl.sh reads in a container: its own user's; those of all in the broker. */
function kafkaUsersIn({ name, command, entrypoint }: Service): string[] {
  const text = [entrypoint, command].flatMap((list) => list ?? []).join(' ')
  const [, before, after] = /(?:set -- (\w+); \. )?\/etc\/docmgr\/sasl\.sh(?: (\w+))?/.exec(text) ?? []
  const user = before ?? after
  if (user === undefined) return []
  return name === 'kafka' ? [user, ...usersOf('changes').keys()] : [user]
}

const PORTS = Object.keys(SERVERS) as (keyof typeof SERVERS)[]
/** Where the server itself keeps the passwords, which it gets from the service access; Kafka reads them from the secrets. */
const KEPT_BY_SERVER = PORTS.filter((port) => port !== 'changes')
/** The secrets of users: each has a login of its own. */
const LOGIN = new RegExp(`^(${Object.values(SERVERS).join('|')})_(\\w+)_(url|password)$`)
/** Which services may log in as a superuser: the server, and what gives the others their rights. */
const SUPERUSERS: Record<string, string[]> = {
  postgres_admin_url: ['access'],
  postgres_password: ['postgres'],
  docmgr_password: ['postgres'],
  database_direct_url: ['migrate'],
  kafka_admin_url: ['access'],
  kafka_admin_password: ['kafka'],
  minio_password: ['access', 'minio'],
  elasticsearch_admin_url: ['access'],
  elastic_password: ['elasticsearch'],
  cache_url: ['access'],
  redis_password: ['redis'],
}

/** Which services may have a secret; undefined for those of no user. */
function ownersOf(secret: string): { user: string; owners: string[] } | undefined {
  const [, server, user, kind] = LOGIN.exec(secret) ?? []
  const superusers = SUPERUSERS[secret]
  if (superusers) return { user: user ?? 'a superuser', owners: superusers }
  if (user === undefined) return undefined
  const owner = user === 'ui' ? 'kafka-ui' : user
  const keeper = server === SERVERS.changes ? 'kafka' : 'access'
  return { user, owners: kind === 'password' ? [owner, keeper] : [owner] }
}

/**
 * No two services log in as one user: each user of the table (src/config/access.ts) has a login at its servers, and only the
 * service that is called like it has that. It starts after the service access, which makes the user.
 */
export function* logins({ production, services }: System): Problems {
  if (!production) return
  const find = (wanted: string): Service => services.find(({ name }) => name === wanted)!
  for (const service of services) {
    const { name, secrets = [] } = service
    for (const { source } of secrets) {
      const { user, owners } = ownersOf(source) ?? {}
      if (owners?.includes(name) === false) yield `${name} logs in as ${user}: ${source}`
    }
    const accessKey = environmentOf(service)['DOCMGR_BLOBS_ACCESS_KEY']
    if (accessKey !== undefined && accessKey !== (name === 'access' ? 'docmgr' : name))
      yield `${name} logs in as ${accessKey} at S3`
  }
  for (const port of PORTS) {
    const keeper = find(port === 'changes' ? 'kafka' : 'access')
    for (const [user, level] of usersOf(port)) {
      if (!keeper.secrets?.some(({ source }) => source === passwordFileOf(port, user)))
        yield `${keeper.name} does not know the user ${user} of ${SERVERS[port]}`
      const service = services.find(({ name }) => name === user)
      if (service && !startsAfter(service, 'access', services))
        yield `${user} may start before it has its rights`
      if (service && port === 'search' && level === 'read' && !startsAfter(service, 'indexer', services))
        yield `${user} may start before the indexer has made the index`
    }
  }
  yield* broker(find('kafka'))
}

function startsAfter({ depends_on = {} }: Service, wanted: string, services: Service[]): boolean {
  const before = Object.keys(depends_on)
  return (
    before.includes(wanted) ||
    services.some((service) => before.includes(service.name) && startsAfter(service, wanted, services))
  )
}

/** The broker refuses what no right allows. */
function* broker(kafka: Service): Problems {
  const values = environmentOf(kafka)
  if (!values['KAFKA_AUTHORIZER_CLASS_NAME']) yield 'kafka has no authorizer'
  if (values['KAFKA_ALLOW_EVERYONE_IF_NO_ACL_FOUND'] !== 'false') yield 'kafka allows what nobody forbids'
  if (values['KAFKA_SUPER_USERS'] !== 'User:admin') yield 'kafka has other superusers than admin'
  const protocols = values['KAFKA_LISTENER_SECURITY_PROTOCOL_MAP'] ?? ''
  for (const [, listener] of protocols.matchAll(/(\w+):PLAINTEXT/g))
    yield `kafka asks for no user on ${listener}`
}

/** Metrics are for who has the token, and what one role accepts from the identity provider all do. */
function* interfaces({ name, secrets }: Service, values: Record<string, string>): Problems {
  if (!secrets?.some(({ source }) => source === 'scrape_token')) yield `${name}: shows metrics to everyone`
  if (name === 'indexer') return
  for (const variable of PROVIDER)
    if (!(variable in values)) yield `${name}: does not know ${variable}, which the other roles do`
}

/** Tokens are required, tools are off, and the servers cannot be reached from outside. */
export function* production({ production, services, model }: System): Problems {
  if (!production) return
  for (const service of services) {
    const values = environmentOf(service)
    if (isRole(service) && values['DOCMGR_AUTH_MODE'] !== 'required')
      yield `${service.name}: tokens are not required`
    if (values['DOCMGR_AUTH_OPEN_BEYOND_LOOPBACK'] === 'true')
      yield `${service.name}: is open beyond loopback`
    if (isRole(service)) yield* interfaces(service, values)
    if (service.name === 'kafka-ui') yield 'kafka-ui is started'
    if (service.name !== 'kong') continue
    for (const name of ['KONG_ADMIN_LISTEN', 'KONG_ADMIN_GUI_LISTEN', 'KONG_STREAM_LISTEN'])
      if (values[name] !== 'off') yield `kong: ${name} is not off`
  }
  if (!model.networks['back']?.internal) yield 'the network of the servers is not internal'
  for (const [name, { file }] of Object.entries(model.secrets ?? {}))
    if (!file) yield `secret ${name} comes from no file`
}
