import { isIP } from 'node:net'
import { z } from 'zod'
import { ROLES, type Role } from './roles.ts'

export { ROLES, type Role }

/** A TCP port; 0 means any free one, `off` that nothing listens. */
const PORT_RULE = 'must be a port from 0 to 65535 (0: any free one) or off'
const port = z.union([z.int(PORT_RULE).min(0, PORT_RULE).max(65_535, PORT_RULE), z.literal('off')], PORT_RULE)
const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`
  return z.int(rule).min(min, rule).max(max, rule)
}
const url = (...schemes: string[]) => {
  const rule = `must be a URL that starts with ${schemes.join(' or ')}`
  return z.string(rule).refine((value) => schemes.some((scheme) => value.startsWith(scheme)), rule)
}

const text = z.string('must be a text').min(1, 'must be a text')
const secretText = z
  .string('must be a text of at least 32 bytes')
  .refine((value) => Buffer.byteLength(value) >= 32, 'must be a text of at least 32 bytes')

const NETWORK_RULE = 'must be an address, a network such as 10.0.0.0/8, or loopback, linklocal or uniquelocal'

function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const

/** Which values are hidden when the configuration is shown. */
export const SECRET_KEYS = [
  'auth.secret',
  'database.url',
  'database.directUrl',
  'blobs.secretKey',
  'cache.url',
  'cache.viewerSecret',
  'changes.url',
  'search.url',
]

/**
 * Every setting, with its default. The environment variable of `listen.host` is DOCMGR_LISTEN_HOST, of
 * `auth.tokenLifetime` DOCMGR_AUTH_TOKEN_LIFETIME, and so on. `describe` is what `docmgr config` and README
 * show.
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
      .describe('the roles that this process has; `all` for every one'),
    data: z
      .string('must be the path of a folder')
      .min(1, 'must be the path of a folder')
      .default('.docmgr')
      .describe('the folder that the embedded adapters keep everything in'),
    listen: z
      .strictObject({
        host: z
          .string('must be an address')
          .min(1, 'must be an address')
          .default('127.0.0.1')
          .describe('the address to listen on'),
        http: port.default(8000).describe('all routes of the roles of this process'),
        document: port.default(8005).describe('the routes of the document role'),
        signature: port.default(8002).describe('the routes of the signature role'),
        search: port.default(8003).describe('the routes of the search role'),
        ws: port.default(8004).describe('the routes of the ws role'),
        grpc: port.default(50_051).describe('gRPC of the document role'),
        trustedProxies: z
          .array(z.string().refine(isNetwork, NETWORK_RULE), 'must be a list of addresses or networks')
          .default([])
          .describe('addresses or networks whose X-Forwarded-For is believed'),
      })
      .prefault({}),
    database: z
      .strictObject({
        url: url('embedded:', 'postgres:', 'postgresql:')
          .default('embedded:')
          .describe('embedded: or postgres://user:password@host:port/database, which may be a PgBouncer'),
        directUrl: url('postgres:', 'postgresql:')
          .optional()
          .describe('PostgreSQL itself, for migrations and replication, where url is a pooler'),
        poolSize: whole(1, 200).default(10).describe('connections at the most'),
        statementTimeout: whole(100, 600_000)
          .default(10_000)
          .describe('milliseconds that a statement may take'),
      })
      .prefault({}),
    blobs: z
      .strictObject({
        url: url('file:', 's3:')
          .default('file:')
          .describe(
            'file: keeps objects in the data folder; s3: in AWS, s3:http://host:port on another server of its API',
          ),
        region: text.default('us-east-1').describe('region of the buckets'),
        bucketPrefix: z
          .string('must be a text')
          .regex(/^[a-z0-9-]{0,40}$/, 'must be at most 40 of a–z, 0–9 and -')
          .default('')
          .describe('what the names of the buckets documents, signatures and previews begin with'),
        accessKey: text.optional().describe("without it, the S3 client's own ways of finding credentials"),
        secretKey: text.optional().describe('belongs to blobs.accessKey'),
      })
      .prefault({}),
    changes: z
      .strictObject({
        url: url('wal:', 'kafka://', 'kafkas://')
          .default('wal:')
          .describe(
            "wal: reads the database's log in this process; kafka://host:port,host:port (kafkas: over TLS) what " +
              'Debezium writes there',
          ),
        prefix: z
          .string('must be a name')
          .regex(/^[a-zA-Z0-9_-]{1,100}$/, 'must be 1 to 100 of a–z, A–Z, 0–9, _ and -')
          .default('cdc')
          .describe('what the names of the topics begin with: cdc.documents, cdc.signatures'),
        group: z
          .string('must be a name')
          .regex(/^[a-zA-Z0-9_.-]{1,100}$/, 'must be 1 to 100 of a–z, A–Z, 0–9, _, . and -')
          .default('docmgr')
          .describe('what the names of the consumer groups in Kafka begin with'),
        instance: z
          .string('must be a name')
          .regex(/^[a-zA-Z0-9_.-]{1,100}$/, 'must be 1 to 100 of a–z, A–Z, 0–9, _, . and -')
          .optional()
          .describe('name of this process in its consumer group, kept over a restart; else one is made'),
        connectUrl: url('http:', 'https:')
          .default('http://127.0.0.1:8083')
          .describe('Kafka Connect, where docmgr cdc registers the connector'),
        slot: z
          .string('must be a name')
          .regex(/^[a-z0-9_]{1,63}$/, 'must be 1 to 63 of a–z, 0–9 and _')
          .default('docmgr')
          .describe('name of the replication slot'),
        historyHours: whole(1, 24 * 90)
          .default(24)
          .describe('how long a subscriber may be away and still get what it missed'),
        historyEvents: whole(1_000, 100_000_000)
          .default(1_000_000)
          .describe('events kept for that at the most'),
      })
      .prefault({}),
    search: z
      .strictObject({
        url: url('postgres:', 'elasticsearch:')
          .default('postgres:')
          .describe('postgres: full-text search in the database; elasticsearch:http://host:port'),
        index: z
          .string('must be a name')
          .regex(/^[a-z0-9][a-z0-9_-]{0,100}$/, 'must be 1 to 101 of a–z, 0–9, _ and -')
          .default('documents')
          .describe('alias of the index in Elasticsearch'),
      })
      .prefault({}),
    cache: z
      .strictObject({
        url: url('memory:', 'redis:', 'rediss:')
          .default('memory:')
          .describe(
            'memory: caches in this process and counts views in the database; redis://host:port/database',
          ),
        entries: whole(0, 10_000_000).default(10_000).describe('documents that memory: keeps at the most'),
        viewerSecret: secretText
          .optional()
          .describe('keys the hashes of viewers; without it, made of auth.secret or kept in the data folder'),
      })
      .prefault({}),
    documents: z
      .strictObject({
        url: url('local:', 'grpc:')
          .default('local:')
          .describe(
            'how the signature role reaches the document role: local: or grpc://host:port, several with commas',
          ),
        timeout: whole(50, 60_000).default(2_000).describe('milliseconds that a call may take'),
      })
      .prefault({}),
    auth: z
      .strictObject({
        mode: z
          .enum(['open', 'required'], 'must be open or required')
          .default('open')
          .describe('open: requests need no token, on loopback only; required: a JWT everywhere'),
        openBeyondLoopback: z
          .boolean('must be true or false')
          .default(false)
          .describe('open mode on other addresses too: only where ports are published on loopback alone'),
        secret: secretText
          .optional()
          .describe('signs the tokens (HS256); without it, one is made and kept in the data folder'),
        issuer: text.default('docmgr').describe('`iss` of the tokens'),
        audience: text.default('docmgr').describe('`aud` of the tokens'),
        tokenLifetime: whole(60, 31_536_000).default(3_600).describe('seconds that a new token is valid'),
      })
      .prefault({}),
    limits: z
      .strictObject({
        contentBytes: whole(1, 5_368_709_120).default(10_485_760).describe('size of a document at the most'),
        connections: whole(1, 1_000_000).default(10_000).describe('WebSocket connections at the most'),
        extractionTime: whole(100, 600_000)
          .default(10_000)
          .describe('milliseconds for the text of one document'),
        extractionMemory: whole(32, 65_536).default(256).describe('megabytes for the text of one document'),
      })
      .prefault({}),
    shutdown: z
      .strictObject({
        drain: whole(0, 60_000)
          .default(0)
          .describe('milliseconds between readiness off and closing the listeners'),
        limit: whole(100, 300_000).default(10_000).describe('milliseconds that one part may take to stop'),
      })
      .prefault({}),
    log: z
      .strictObject({
        level: z
          .enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)
          .default('warn')
          .describe('the least important lines to log'),
      })
      .prefault({}),
  })
  .describe('docmgr')

/** The configuration in force. */
export type Config = z.output<typeof configSchema>
/** What docmgr.config.ts may say: everything is optional. */
export type ConfigInput = z.input<typeof configSchema>
