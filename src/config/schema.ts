import { isIP } from 'node:net'
import { z } from 'zod'
import { type Port, prefixesOf, sharedPrefixesOf } from '../ports/adapters.ts'
import { extraction, extractionLimits } from './extraction.ts'
import { oidc } from './oidc.ts'
import { quotas } from './quotas.ts'
import { replacementOf } from './removed-adapters.ts'
import { forListeningRoles, roleDefinition, ROLES } from './roles.ts'
import { services } from './services.ts'
import { tracing } from './tracing.ts'
import { whole } from './whole.ts'

/** A TCP port; 0 means any free one, `off` that nothing listens. */
const PORT_RULE = 'must be a port from 0 to 65535 (0: any free one) or off'
const port = z.union([z.int(PORT_RULE).min(0, PORT_RULE).max(65_535, PORT_RULE), z.literal('off')], PORT_RULE)
const url = (prefixes: readonly string[], hint: (value: string) => string | undefined = () => undefined) => {
  const rule = `must be a URL that starts with ${prefixes.join(' or ')}`
  const error = ({ input }: { input?: unknown }): string =>
    [rule, hint(String(input))].filter((part) => part !== undefined).join('; ')
  return z.string(rule).refine((value) => prefixes.some((prefix) => value.startsWith(prefix)), { error })
}
const urlOf = (adapters: Port) => url(prefixesOf(adapters), (value) => replacementOf(adapters, value))

const text = z.string('must be a string').min(1, 'must be a string')
const secretText = z
  .string('must be a string of at least 32 bytes')
  .refine((value) => Buffer.byteLength(value) >= 32, 'must be a string of at least 32 bytes')

const NETWORK_RULE =
  'must be an address, a network such as 10.1.2.0/24, or loopback, linklocal or uniquelocal'

function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

const HOST_NAME = /^(\[[\da-f:.]+\]|[a-z0-9._-]+)$/i
const ORIGIN_RULE = 'must be an origin such as https://docs.example.com'
const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text

const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const

/**
 * Every setting, with its default. The environment variable of `listen.host` is DOCMGR_LISTEN_HOST, of
 * `auth.tokenLifetime` DOCMGR_AUTH_TOKEN_LIFETIME, and so on. `docmgr config` and README show the descriptions.
 */
export const configSchema = z
  .strictObject({
    roles: z
      .array(
        z.enum([...ROLES, 'all'], `must be one of ${ROLES.join(', ')}, or all`),
        'must be a list of roles',
      )
      .min(1, 'must name at least one role')
      .transform((names) => ROLES.filter((role) => names.includes(role) || names.includes('all')))
      .default([...ROLES])
      .describe('roles of this process, or `all`'),
    data: z
      .string('must be the path of a folder')
      .min(1, 'must be the path of a folder')
      .default('.docmgr')
      .describe('folder where the embedded adapters store their data'),
    listen: z
      .strictObject({
        host: z
          .string('must be an address')
          .min(1, 'must be an address')
          .default('127.0.0.1')
          .describe('address to listen on'),
        http: port.default(8000).describe('port of all routes of this process'),
        ...forListeningRoles((role) =>
          port.default(roleDefinition(role).port!).describe(`port of the routes of the ${role} role`),
        ),
        grpc: port.default(50_051).describe('port of the gRPC service of the document role'),
        trustedProxies: z
          .array(z.string().refine(isNetwork, NETWORK_RULE), 'must be a list of addresses or networks')
          .default([])
          .describe('addresses or networks of proxies whose X-Forwarded-For is trusted'),
      })
      .prefault({}),
    http: z
      .strictObject({
        hosts: z
          .array(
            z.string().regex(HOST_NAME, 'must be host names without a port'),
            'must be a list of host names',
          )
          .default([])
          .describe(
            'names, beside localhost, under which an open service is reached; it refuses any other Host',
          ),
        publicUrl: z
          .string()
          .refine(isOrigin, ORIGIN_RULE)
          .optional()
          .describe('origin under which people open the console, for links; if not set, that of listen.http'),
        origins: z
          .array(z.string().refine(isOrigin, ORIGIN_RULE), 'must be a list of origins')
          .default([])
          .describe(
            'origins of web pages that may read responses (CORS), open WebSockets, and change things in an open service',
          ),
      })
      .prefault({}),
    database: z
      .strictObject({
        url: urlOf('database')
          .default('embedded:')
          .describe('embedded: or postgres://user:password@host:port/database, also through PgBouncer'),
        directUrl: url(sharedPrefixesOf('database'))
          .optional()
          .describe('PostgreSQL itself, for migrations and replication, if url is a pooler'),
        poolSize: whole(1, 200).default(10).describe('maximum number of connections'),
        statementTimeout: whole(100, 600_000).default(10_000).describe('maximum milliseconds of a statement'),
      })
      .prefault({}),
    blobs: z
      .strictObject({
        url: urlOf('blobs')
          .default('file:')
          .describe(
            'file: (in the data folder), file:///folder, s3: (AWS) or s3:http://host:port (another S3 server)',
          ),
        region: text.default('us-east-1').describe('S3 region of the buckets'),
        bucketPrefix: z
          .string('must be a string')
          .regex(/^[a-z0-9-]{0,40}$/, 'must be at most 40 of a–z, 0–9 and -')
          .default('')
          .describe('prefix of the bucket names documents, signatures and previews'),
        accessKey: text.optional().describe("S3 access key; if not set, the S3 client's default credentials"),
        secretKey: text.optional().describe('S3 secret key, set together with blobs.accessKey'),
      })
      .prefault({}),
    changes: z
      .strictObject({
        url: urlOf('changes')
          .default('wal:')
          .describe(
            "wal: (reads the database's log in this process) or kafka://host:port,host:port (reads what Debezium " +
              'writes; kafkas: with TLS)',
          ),
        prefix: z
          .string('must be a name')
          .regex(/^[a-zA-Z0-9_-]{1,100}$/, 'must be 1 to 100 of a–z, A–Z, 0–9, _ and -')
          .default('cdc')
          .describe('prefix of the topic names cdc.documents and cdc.signatures'),
        group: z
          .string('must be a name')
          .regex(/^[a-zA-Z0-9_.-]{1,100}$/, 'must be 1 to 100 of a–z, A–Z, 0–9, _, . and -')
          .default('docmgr')
          .describe('prefix of the names of the Kafka consumer groups'),
        instance: z
          .string('must be a name')
          .regex(/^[a-zA-Z0-9_.-]{1,100}$/, 'must be 1 to 100 of a–z, A–Z, 0–9, _, . and -')
          .optional()
          .describe(
            'name of this process in its consumer group, the same after a restart; if not set, generated',
          ),
        connectUrl: url(['http:', 'https:'])
          .default('http://127.0.0.1:8083')
          .describe('Kafka Connect, where `docmgr cdc` registers the connector'),
        slot: z
          .string('must be a name')
          .regex(/^[a-z0-9_]{1,63}$/, 'must be 1 to 63 of a–z, 0–9 and _')
          .default('docmgr')
          .describe('name of the replication slot in PostgreSQL'),
        historyHours: whole(1, 24 * 90)
          .default(24)
          .describe('hours that events are kept for subscribers that resume'),
        historyEvents: whole(1_000, 100_000_000)
          .default(1_000_000)
          .describe('maximum number of events kept for them'),
      })
      .prefault({}),
    search: z
      .strictObject({
        url: urlOf('search')
          .default('sqlite:')
          .describe('sqlite: (a file in the data folder) or elasticsearch:http://host:port'),
        index: z
          .string('must be a name')
          .regex(/^[a-z0-9][a-z0-9_-]{0,100}$/, 'must be 1 to 101 of a–z, 0–9, _ and -')
          .default('documents')
          .describe('alias of the Elasticsearch index'),
      })
      .prefault({}),
    cache: z
      .strictObject({
        url: urlOf('cache')
          .default('memory:')
          .describe(
            'memory: (in this process, views in the database) or redis://host:port/database (rediss: with TLS)',
          ),
        entries: whole(0, 10_000_000).default(10_000).describe('maximum number of documents in memory'),
        viewerSecret: secretText
          .optional()
          .describe(
            'key of the hashes of viewers; if not set, derived from auth.secret or kept in the data folder',
          ),
      })
      .prefault({}),
    documents: z
      .strictObject({
        url: urlOf('documents')
          .default('local:')
          .describe(
            'how other roles call the document role: local: or grpc://host:port,host:port; search and indexer only where auth.mode is required',
          ),
        timeout: whole(50, 60_000).default(2_000).describe('maximum milliseconds of a call'),
      })
      .prefault({}),
    extraction,
    auth: z
      .strictObject({
        mode: z
          .enum(['open', 'required'], 'must be open or required')
          .default('open')
          .describe(
            'open: no token is needed, only allowed on loopback; required: every request needs a JWT or an API key',
          ),
        openBeyondLoopback: z
          .boolean('must be true or false')
          .default(false)
          .describe(
            'allows open mode on other addresses, for containers whose ports are published on loopback only',
          ),
        secret: secretText
          .optional()
          .describe(
            'key that signs tokens (HS256), for the document role only; if not set, generated and kept in the data folder',
          ),
        secondSecret: secretText
          .optional()
          .describe('another key whose tokens are accepted, while auth.secret is replaced; the same'),
        scrapeToken: secretText
          .optional()
          .describe(
            'what scrapers send as Bearer for /metrics and the details of /health/ready; if not set, these need no token',
          ),
        issuer: text.default('docmgr').describe('`iss` of the tokens'),
        audience: text.default('docmgr').describe('`aud` of the tokens'),
        tokenLifetime: whole(60, 31_536_000).default(3_600).describe('seconds that a new token is valid'),
        maxTokenLifetime: whole(60, 315_360_000)
          .default(2_592_000)
          .describe('maximum seconds that an accepted token may be valid'),
        services,
        oidc,
      })
      .prefault({}),
    limits: z
      .strictObject({
        contentBytes: whole(1, 5_368_709_120)
          .default(10_485_760)
          .describe('maximum size of a document in bytes'),
        window: whole(1, 86_400)
          .default(60)
          .describe('seconds in which requests, bytes and idempotency keys of a client are counted'),
        ...quotas,
        connections: whole(1, 1_000_000).default(10_000).describe('maximum number of WebSocket connections'),
        ...extractionLimits,
      })
      .prefault({}),
    shutdown: z
      .strictObject({
        drain: whole(0, 60_000)
          .default(0)
          .describe('milliseconds between readiness off and closing the listeners'),
        limit: whole(100, 300_000)
          .default(10_000)
          .describe('maximum milliseconds that each module may take to stop'),
      })
      .prefault({}),
    tracing,
    log: z
      .strictObject({
        level: z
          .enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)
          .default('warn')
          .describe('minimum log level'),
      })
      .prefault({}),
  })
  .describe('docmgr')

/** The validated configuration. */
export type Config = z.output<typeof configSchema>
/** The content of docmgr.config.ts: everything is optional. */
export type ConfigInput = z.input<typeof configSchema>
