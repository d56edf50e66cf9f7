/** What one client may use: the table from which settings, headers and metrics of the limits derive. */
import { DomainError } from './errors.ts'

/**
 * Amounts that are counted in windows of time. `unit` is a quota unit of draft-ietf-httpapi-ratelimit-headers-10, or text
 * where that has none; `what` ends "more than 100 …".
 */
export const COUNTED = {
  requests: { unit: 'requests', what: 'requests', principal: 300_000, address: 600_000 },
  bytes: {
    unit: 'content-bytes',
    what: 'bytes of request bodies',
    principal: 10_737_418_240,
    address: 21_474_836_480,
  },
  idempotencyKeys: {
    unit: 'idempotency-keys',
    what: 'new idempotency keys',
    principal: 120_000,
    address: 240_000,
  },
} as const satisfies Record<string, LimitDefinition>

/** Open at the same time, in one process. */
export const HELD = {
  sockets: { unit: 'concurrent-requests', what: 'open connections', principal: 5_000, address: 5_000 },
} as const satisfies Record<string, LimitDefinition>

interface LimitDefinition {
  unit: string
  what: string
  /** default of a principal and of an address; counted amounts are those of a minute */
  principal: number
  address: number
}

export type Counted = keyof typeof COUNTED
export type Held = keyof typeof HELD
/** Whose limit it is. An anonymous client has only an address. */
export type Owner = 'principal' | 'address'

export const OWNERS: readonly Owner[] = ['principal', 'address']

export type QuotaSetting = `${Owner}${Capitalize<Counted | Held>}`

/** The name of a quota among the settings, such as `principalRequests`. */
export const quotaSetting = (owner: Owner, limit: Counted | Held): QuotaSetting =>
  `${owner}${limit[0]!.toUpperCase()}${limit.slice(1)}` as QuotaSetting

/** What an owner has used of one counted limit in its current window. */
export interface Usage {
  /** of the limit and the kind of its owner, the same for all owners */
  readonly policy: { name: string; quota: number; windowMs: number; unit: string }
  count: number
  /** on the clock of the limiter, milliseconds */
  endsAt: number
}

export interface Limiter {
  /**
   * Adds to what an owner has used.
   * @param key the id of the principal, or the address
   * @returns undefined where this is not limited
   * @throws TooManyRequests when the quota would be exceeded; then nothing is added
   */
  take(limit: Counted, owner: Owner, key: string, amount?: number): Usage | undefined
  /** Adds what was only known afterwards, also beyond the quota. */
  add(usage: Usage, amount: number): void
  /**
   * Counts something that stays open.
   * @returns call it once when it is closed
   * @throws TooManyRequests
   */
  hold(limit: Held, owner: Owner, key: string): () => void
  /** milliseconds until the window ends */
  msLeft(usage: Usage): number
}

/** A client has used up one of its limits. */
export class TooManyRequests extends DomainError {
  /** seconds after which the client may try again */
  readonly retryAfter: number
  /** of the limit that is used up; undefined for what stays open */
  readonly usage: Usage | undefined

  constructor(detail: string, retryAfter: number, usage?: Usage) {
    super('too-many-requests', detail)
    this.retryAfter = retryAfter
    this.usage = usage
  }
}
