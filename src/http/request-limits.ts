/** Limits of a client's requests, and what responses tell about them. */
import type { IncomingMessage } from 'node:http'
import { type Counted, type Limiter, TooManyRequests, type Usage } from '../domain/limits.ts'
import type { Principal } from '../domain/request.ts'

export interface RequestLimits {
  /** Counts a request before anything of it is read. @throws TooManyRequests */
  countAddress(client: Client): void
  /** Counts it once its principal is known. @throws TooManyRequests */
  countPrincipal(client: Client): void
  /** Counts the body that is about to be read. @throws TooManyRequests */
  countBody(client: Client, request: IncomingMessage): void
  /** Counts a body, or a message, whose length is known. @param bytes at least 0. @throws TooManyRequests */
  countBytes(client: Client, bytes: number): void
  /**
   * Header names and values in turn (draft-ietf-httpapi-ratelimit-headers-10), of what was counted for a request.
   * @param error why it was refused: the limit that is used up was not counted
   */
  headersOf(usages: readonly Usage[], error?: unknown): string[]
}

/** What the limits need to know of a request, and what they have counted for it. */
export interface Client {
  readonly clientAddress: string
  readonly principal: Principal
  readonly usages: Usage[]
}

/** What node has read together with the headers is not known, so a body without a length counts at least this. */
const MIN_CHUNKED_BYTES = 65_536

export function createRequestLimits(limiter: Limiter): RequestLimits {
  const countAddress = ({ clientAddress, usages }: Client, limit: Counted, amount?: number): void => {
    const usage = limiter.take(limit, 'address', clientAddress, amount)
    if (usage) usages.push(usage)
  }
  const countPrincipal = ({ principal, usages }: Client, limit: Counted, amount?: number): void => {
    if (principal.kind !== 'user') return
    const usage = limiter.take(limit, 'principal', principal.id, amount)
    if (usage) usages.push(usage)
  }

  const countBytes = (client: Client, bytes: number): void => {
    if (bytes === 0) return
    countAddress(client, 'bytes', bytes)
    countPrincipal(client, 'bytes', bytes)
  }

  return {
    countBytes,
    countAddress: (client) => countAddress(client, 'requests'),
    countPrincipal: (client) => countPrincipal(client, 'requests'),

    countBody(client, request) {
      const { headers, socket } = request
      const isChunked = headers['transfer-encoding'] !== undefined
      const length = isChunked ? MIN_CHUNKED_BYTES : Number(headers['content-length'] ?? 0)
      const before = client.usages.length
      countBytes(client, length)
      if (!isChunked) return
      const counted = client.usages.slice(before)
      const start = socket.bytesRead
      request.once('close', () => {
        const more = Math.max(0, socket.bytesRead - start - MIN_CHUNKED_BYTES)
        for (const usage of counted) limiter.add(usage, more)
      })
    },

    headersOf(counted, error) {
      const isOver = error instanceof TooManyRequests && error.usage !== undefined
      const usages = isOver ? [...counted, error.usage] : counted
      if (usages.length === 0) return []
      const policies = usages.map(({ policy }) => policyText(policy))
      const states = usages.map((usage) => {
        const left = Math.max(0, usage.policy.quota - usage.count)
        return `"${usage.policy.name}";r=${left};t=${Math.ceil(limiter.msLeft(usage) / 1_000)}`
      })
      return ['ratelimit-policy', policies.join(', '), 'ratelimit', states.join(', ')]
    },
  }
}

/** The quota policy of a limit, as an item of a structured field (RFC 9651). */
const policyText = ({ name, quota, windowMs, unit }: Usage['policy']): string =>
  `"${name}";q=${quota};w=${windowMs / 1_000};qu="${unit}"`
