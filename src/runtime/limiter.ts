import { LRUCache } from 'lru-cache'
import {
  COUNTED,
  type Counted,
  HELD,
  type Held,
  type Limiter,
  type Owner,
  OWNERS,
  type QuotaSetting,
  quotaSetting,
  TooManyRequests,
  type Usage,
} from '../domain/limits.ts'

/** Counts that several processes add to. */
export interface SharedCounts {
  /** False while they cannot be reached: then each process counts alone. */
  readonly isUp: boolean
  /** Adds to the count of a key, whose window begins with its first addition. @returns the count of all processes */
  add(key: string, amount: number, windowMs: number): Promise<{ count: number; msLeft: number }>
  stop(): Promise<void>
}

export interface LimiterOptions {
  /** length of a window */
  windowMs: number
  /** of an owner in a window, or at the same time; 0 and `off` do not limit */
  quotas: Quotas
  onLimited: (limit: Counted | Held, owner: Owner) => void
  shared?: SharedCounts | undefined
  /** monotonic, milliseconds; default performance.now */
  now?: () => number
}

export type Quotas = Record<QuotaSetting, number | 'off'>

/** Owners that one limit remembers. One that is forgotten begins a new window. */
const MAX_OWNERS = 20_000
/** How often counts are exchanged with other processes: until then, each of them may let a quota through. */
const SHARE_EVERY_MS = 1_000
const MAX_SHARED_AT_ONCE = 5_000
/** What stays open is often closed soon. */
const HELD_RETRY_SECONDS = 5

interface OwnUsage extends Usage {
  key: string
  /** added here and not yet to the shared counts */
  unshared: number
}

interface StoppableLimiter extends Limiter {
  stop(): Promise<void>
}

/**
 * Decides in this process, without waiting: a request costs two look-ups. Shared counts are exchanged in the background.
 * rate-limiter-flexible was weighed: its counts in memory have no bound and a timer each, and with Redis each request
 * waits for an answer.
 */
export function createLimiter(options: LimiterOptions): StoppableLimiter {
  const { quotas, windowMs, onLimited, shared, now = () => performance.now() } = options
  const changed = new Set<OwnUsage>()
  const counters = mapLimits(COUNTED, (limit, owner) =>
    createCounter(limit, owner, quotas[quotaSetting(owner, limit)], windowMs),
  )

  const share = async (): Promise<void> => {
    const batch = [...changed].slice(0, MAX_SHARED_AT_ONCE)
    for (const usage of batch) changed.delete(usage)
    if (shared?.isUp) await Promise.allSettled(batch.map((usage) => shareUsage(shared, usage, now)))
  }
  let sharing = Promise.resolve()
  const timer = shared && setInterval(() => (sharing = sharing.then(share)), SHARE_EVERY_MS)
  timer?.unref()

  const add = (usage: Usage, amount: number): void => {
    usage.count += amount
    if (!shared) return
    const own = usage as OwnUsage
    own.unshared += amount
    changed.add(own)
  }

  return {
    add,

    take(limit, owner, key, amount = 1) {
      const counter = counters[owner][limit]
      if (!counter) return undefined
      const time = now()
      const usage = counter.usageOf(owner === 'address' ? networkOf(key) : key, time)
      const { quota } = usage.policy
      if (usage.count + amount > quota) {
        onLimited(limit, owner)
        const seconds = Math.max(1, Math.ceil(wholeMs(usage.endsAt - time) / 1_000))
        throw new TooManyRequests(
          `more than ${quota} ${COUNTED[limit].what} of this ${owner} in ${windowMs / 1_000} s; try again in ${seconds} s`,
          seconds,
          usage,
        )
      }
      add(usage, amount)
      return usage
    },

    hold: createHolds(options),

    msLeft: ({ endsAt }) => Math.max(0, wholeMs(endsAt - now())),

    async stop() {
      clearInterval(timer)
      await sharing
      await shared?.stop()
    },
  }
}

function createHolds({ quotas, onLimited }: LimiterOptions): Limiter['hold'] {
  /** No more entries than what is open. */
  const held = new Map<string, number>()
  return (limit, owner, key) => {
    const quota = quotaOf(quotas[quotaSetting(owner, limit)])
    const name = `${limit} ${owner} ${owner === 'address' ? networkOf(key) : key}`
    const count = held.get(name) ?? 0
    if (count >= quota) {
      onLimited(limit, owner)
      const detail = `more than ${quota} ${HELD[limit].what} of this ${owner}; close one first`
      throw new TooManyRequests(detail, HELD_RETRY_SECONDS)
    }
    held.set(name, count + 1)
    return () => {
      const left = held.get(name)! - 1
      if (left > 0) held.set(name, left)
      else held.delete(name)
    }
  }
}

async function shareUsage(shared: SharedCounts, usage: OwnUsage, now: () => number): Promise<void> {
  const { key, unshared, policy } = usage
  usage.unshared = 0
  const { count, msLeft } = await shared.add(key, unshared, policy.windowMs)
  // What was added here since is not in the answer.
  usage.count = count + usage.unshared
  usage.endsAt = now() + msLeft
}

/** The sum of a time and a window is rounded, so their difference can be some picoseconds longer than the window. */
const wholeMs = (ms: number): number => Math.floor(ms)

const quotaOf = (setting: number | 'off'): number => (setting === 'off' || setting === 0 ? Infinity : setting)

/** The windows of one limit for one kind of owner; undefined where it is off. */
function createCounter(limit: Counted, owner: Owner, setting: number | 'off', windowMs: number) {
  const quota = quotaOf(setting)
  if (quota === Infinity) return undefined
  const policy = { name: `${owner}-${COUNTED[limit].unit}`, quota, windowMs, unit: COUNTED[limit].unit }
  const usages = new LRUCache<string, OwnUsage>({ max: MAX_OWNERS })
  return {
    usageOf(key: string, time: number): OwnUsage {
      const known = usages.get(key)
      if (known && known.endsAt > time) return known
      // A new object: what is still to be shared belongs to the window that has ended.
      const usage = { policy, key: `${policy.name}:${key}`, count: 0, unshared: 0, endsAt: time + windowMs }
      usages.set(key, usage)
      return usage
    },
  }
}

function mapLimits<Name extends string, T>(
  limits: Record<Name, unknown>,
  map: (limit: Name, owner: Owner) => T,
): Record<Owner, Record<Name, T>> {
  const names = Object.keys(limits) as Name[]
  return Object.fromEntries(
    OWNERS.map((owner) => [owner, Object.fromEntries(names.map((limit) => [limit, map(limit, owner)]))]),
  ) as Record<Owner, Record<Name, T>>
}

/** Limits nothing. */
export function createUnlimited(): Limiter {
  const names = Object.keys({ ...COUNTED, ...HELD }) as (Counted | Held)[]
  const off = OWNERS.flatMap((owner) => names.map((limit) => [quotaSetting(owner, limit), 'off']))
  const quotas = Object.fromEntries(off) as Quotas
  return createLimiter({ windowMs: 60_000, quotas, onLimited: () => {} })
}

/** A client of IPv6 has a network of 64 bits, and so each address in it. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('%', 1)[0]!.split('::') as [string, string?]
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':')
    while (groups.length + last.length < 8) groups.push('0')
    groups.push(...last)
  }
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${network.join(':')}::/64`
}
