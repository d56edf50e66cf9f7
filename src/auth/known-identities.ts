import { LRUCache } from 'lru-cache'
import { DomainError } from '../domain/errors.ts'
import type { User } from '../domain/request.ts'
import type { Logger } from '../runtime/logger.ts'
import type { DisabledPeople, FoundKey, IdentitySource } from './identity-source.ts'

/** What a process knows of keys and people: at most 25 seconds old, so that all of them refuse within 30. */
export interface KnownIdentities {
  /** At once where it is known. @throws DomainError unavailable, deadline-exceeded */
  key(id: string, usedWith?: string): (FoundKey | undefined) | Promise<FoundKey | undefined>
  /**
   * Whether a person is disabled. While the document role is away, tokens count by what was known last: they are checked
   * without it otherwise.
   */
  isDisabled(user: Pick<User, 'id' | 'email'>): boolean | Promise<boolean>
}

/** Of a process that can ask nobody: a key is not refused, since it may be valid. */
export const NOBODY_KNOWN: KnownIdentities = {
  key() {
    const rule = 'set documents.url to grpc://host:port of the document role'
    throw new DomainError('unavailable', `this process cannot check API keys: ${rule}`)
  },
  isDisabled: () => false,
}

/** In milliseconds. */
export interface IdentityTimes {
  /** how long a key counts as it was found */
  kept: number
  /** the list of disabled people is read again in the background when it is this old, … */
  refresh: number
  /** … and requests wait for it when it is as old as this */
  stale: number
  /** until a list that could not be read is tried again */
  retry: number
}

const TIMES: IdentityTimes = { kept: 20_000, refresh: 10_000, stale: 25_000, retry: 5_000 }
const MAX_KEPT = 10_000

/** @param times for tests */
export function createKnownIdentities(
  source: IdentitySource,
  log: Logger,
  times: Partial<IdentityTimes> = {},
): KnownIdentities {
  const { kept, ...listTimes } = { ...TIMES, ...times }
  const keys = new LRUCache<string, { found: FoundKey | undefined }, string | undefined>({
    max: MAX_KEPT,
    ttl: kept,
    fetchMethod: async (id, _stale, { context }) => ({ found: await source.findKey(id, context) }),
  })
  const disabled = createDisabledList(source, log, listTimes)
  return {
    key(id, usedWith) {
      const found = keys.get(id)
      if (found) return found.found
      return keys.fetch(id, { context: usedWith }).then((fetched) => fetched!.found)
    },
    isDisabled({ id, email }) {
      const test = ({ ids, emails }: DisabledPeople): boolean =>
        (ids.size > 0 && ids.has(id)) || (emails.size > 0 && emails.has(email.toLowerCase()))
      const list = disabled()
      return list instanceof Promise ? list.then(test) : test(list)
    },
  }
}

/** @returns a function for the list: at once while it is new enough */
function createDisabledList(
  source: IdentitySource,
  log: Logger,
  { refresh, stale, retry }: Omit<IdentityTimes, 'kept'>,
): () => DisabledPeople | Promise<DisabledPeople> {
  let list: DisabledPeople = { ids: new Set(), emails: new Set() }
  let refreshAt = -Infinity
  let staleAt = -Infinity
  let loading: Promise<DisabledPeople> | undefined

  async function load(): Promise<DisabledPeople> {
    try {
      const begun = performance.now()
      list = await source.listDisabled()
      refreshAt = begun + refresh
      staleAt = begun + stale
    } catch (error) {
      log.warn({ err: error }, 'who is disabled could not be read: tokens count by what was known last')
      refreshAt = staleAt = performance.now() + retry
    }
    loading = undefined
    return list
  }
  return () => {
    const now = performance.now()
    if (now < refreshAt) return list
    loading ??= load()
    return now < staleAt ? list : loading
  }
}
