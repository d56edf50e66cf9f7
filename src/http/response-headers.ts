/** The headers of responses that clients use, for OpenAPI. An endpoint names those that its handler sets. */
import type { PROBLEMS } from '../domain/errors.ts'

// Not an interface: OpenAPI's types ask for an index signature.
type HeaderDefinition = {
  description: string
  schema: {
    type: 'string' | 'integer'
    minimum?: number
    format?: string
    enum?: string[]
    examples?: (string | number)[]
  }
}

const text = (example: string): HeaderDefinition['schema'] => ({ type: 'string', examples: [example] })

const HEADERS = {
  'Accept-Ranges': {
    description: 'ranges that can be requested',
    schema: { type: 'string', enum: ['bytes'] },
  },
  'Cache-Control': { description: 'RFC 9111', schema: text('private, no-cache') },
  'Content-Disposition': {
    description: 'an attachment, with the name of its file (RFC 6266)',
    schema: text('attachment; filename="Lease.txt"'),
  },
  'Content-Range': { description: 'which bytes these are (RFC 9110, 14.4)', schema: text('bytes 0-99/1234') },
  'Content-Encoding': {
    description: 'how the body is compressed (RFC 9110, 8.4); its ETag is then weak',
    schema: { type: 'string', enum: ['br', 'gzip'] },
  },
  ETag: { description: 'the version or the hash, for If-Match and If-None-Match', schema: text('"1"') },
  'Idempotency-Replayed': {
    description: 'true when an earlier request with the same key has done this',
    schema: { type: 'string', enum: ['true'] },
  },
  Link: {
    description: 'the next page, where there is one (RFC 8288)',
    schema: text('</documents?limit=100&cursor=WyJ…>; rel="next"'),
  },
  Location: {
    description: 'the path of what was created, or where the browser goes on',
    schema: { type: 'string', format: 'uri-reference' },
  },
  RateLimit: {
    description:
      'what is left of the limits that apply, and for how long (draft-ietf-httpapi-ratelimit-headers-10)',
    schema: text('"address-requests";r=599999;t=60'),
  },
  'RateLimit-Policy': {
    description: 'the limits that apply',
    schema: text('"address-requests";q=600000;w=60;qu="requests"'),
  },
  'Repr-Digest': {
    description: 'SHA-256 of the whole content (RFC 9530)',
    schema: text('sha-256=:MV9b23bQeMQ7isAGTkoBZGErH853yGk0W/yUx1iU7dM=:'),
  },
  'Retry-After': {
    description: 'seconds after which the request may succeed',
    schema: { type: 'integer', minimum: 0, examples: [1] },
  },
  'Set-Cookie': {
    description: 'the session, or what a login needs until it ends (RFC 6265)',
    schema: text('__Host-docmgr=…; Path=/; Max-Age=604800; Secure; HttpOnly; SameSite=Lax'),
  },
  Vary: { description: 'what the answer depends on (RFC 9110, 12.5.5)', schema: text('Accept-Encoding') },
  'WWW-Authenticate': { description: 'RFC 6750, 3', schema: text('Bearer') },
  'X-Total-Count': {
    description: 'with total=true: how many the list has on all pages, at most 10000',
    schema: { type: 'integer', minimum: 0, examples: [42] },
  },
  'X-Total-Is-Exact': {
    description: 'with total=true: false when the list has more than X-Total-Count',
    schema: { type: 'string', enum: ['true', 'false'] },
  },
  'X-Request-Id': {
    description: 'identifies the request in the logs; a client may send its own',
    schema: text('019aa1b2-0000-7000-8000-000000000001'),
  },
} satisfies Record<string, HeaderDefinition>

export type ResponseHeader = keyof typeof HEADERS

/** Those of every response to a request that is counted. */
export const LIMIT_HEADERS: readonly ResponseHeader[] = ['RateLimit', 'RateLimit-Policy']

export const RESPONSE_HEADERS: Record<ResponseHeader, HeaderDefinition> = HEADERS

/** Those of problems, by status. */
export const PROBLEM_HEADERS: Partial<
  Record<(typeof PROBLEMS)[keyof typeof PROBLEMS]['http'], readonly ResponseHeader[]>
> = {
  401: ['WWW-Authenticate'],
  416: ['Content-Range'],
  429: ['Retry-After', ...LIMIT_HEADERS],
  503: ['Retry-After'],
}
