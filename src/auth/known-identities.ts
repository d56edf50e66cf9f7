import { LRUCache } from 'lru-cache'
import { DomainError } from '../domain/errors.ts'
import type { User } from '../domain/request.ts'
import type { Logger } from '../runtime/logger.ts'
import type { Soon } from '../runtime/soon.ts'
import type { DisabledPeople, FoundKey, FoundSession, IdentitySource } from './identity-source.ts'

/** What a process knows of keys and people: at most 25 seconds old, so that all of them refuse within 30. */
export interface KnownIdentities {
  /** At once where it is known. @throws DomainError unavailable, deadline-exceeded */
  key(id: string, usedWith?: string): Soon<FoundKey | undefined>
  /** The same of a session. @param used a request has it now */
  session(cookieSha256: string, used: boolean): Soon<FoundSession | undefined>
  /** One that has ended in this process. */
  forgetSession(cookieSha256: string): void
  /** One that was revoked in this process. */
  forgetKey(id: string): void
  /**
   * Whether a person is disabled. While the document role is away, tokens count by what was known last: they are checked
   * without it otherwise.
   */
  isDisabled(user: Pick<User, 'id' | 'email'>): Soon<boolean>
}

/** Of a process that can ask nobody: a key is not refused, since it may be valid. */
export const NOBODY_KNOWN: KnownIdentities = {
  key: () => refuseToGuess('API keys'),
  session: () => refuseToGuess('sessions'),
  forgetSession() {},
  forgetKey() {},
  isDisabled: () => false,
}

function refuseToGuess(what: string): never {
  const rule = 'set documents.url to grpc://host:port of the document role'
  throw new DomainError('unavailable', `this process cannot check ${what}: ${rule}`)
}

/** In milliseconds. */
export interface IdentityTimes {
  /** how long a key or a session counts as it was found */
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
  const keys = createLookups<FoundKey, string | undefined>(kept, (id, usedWith) =>
    source.findKey(id, usedWith),
  )
  const sessions = createLookups<FoundSession, boolean>(kept, (hash, used) => source.findSession(hash, used))
  const disabled = createDisabledList(source, log, listTimes)
  return {
    key: (id, usedWith) => keys.find(id, usedWith),
    session: (hash, used) => sessions.find(hash, used),
    forgetSession: (hash) => sessions.forget(hash),
    forgetKey: (id) => keys.forget(id),
    isDisabled({ id, email }) {
      const test = ({ ids, emails }: DisabledPeople): boolean =>
        (ids.size > 0 && ids.has(id)) || (emails.size > 0 && emails.has(email.toLowerCase()))
      const list = disabled()
      return list instanceof Promise ? list.then(test) : test(list)
    },
  }
}

/** Looks up by id, each at most once in the time that an answer is kept, also that there is none. */
function createLookups<Found extends object, Context>(
  keptMs: number,
  find: (id: string, context: Context) => Promise<Found | undefined>,
) {
  const answers = new LRUCache<string, { found: Found | undefined }, { of: Context }>({
    max: MAX_KEPT,
    ttl: keptMs,
    // Who waits for an answer gets it when it is forgotten meanwhile; nobody after them does.
    ignoreFetchAbort: true,
    fetchMethod: async (id, _stale, { context }) => ({ found: await find(id, context.of) }),
  })
  return {
    find(id: string, context: Context): Soon<Found | undefined> {
      const known = answers.get(id)
      if (known) return known.found
      return answers.fetch(id, { context: { of: context } }).then((answer) => answer!.found)
    },
    forget: (id: string): void => void answers.delete(id),
  }
}

/** @returns a function for the list: at once while it is new enough */
function createDisabledList(
  source: IdentitySource,
  log: Logger,
  { refresh, stale, retry }: Omit<IdentityTimes, 'kept'>,
): () => Soon<DisabledPeople> {
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
