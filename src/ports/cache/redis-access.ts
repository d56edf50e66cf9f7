import { DomainError } from '../../domain/errors.ts'
import { TimeoutError, within } from '../../runtime/within.ts'
import { checkRedisUrl, closeNow, CONNECT_MS, createRedisClient, type Reply } from './redis-client.ts'
import { keysOf, LIMIT_PREFIX, RUN_KEY } from './redis-keys.ts'

export interface RedisAccessOptions {
  /** @throws Error naming the file that is missing */
  passwordOf(user: string): string
}

/** `documents`: the cache and its counters. `counts`: only those of the limits of clients. */
export type RedisLevel = 'documents' | 'counts'

/** Of every connection. A script may only send what its user may. */
const CONNECTION = ['+@connection', '-@dangerous', '+eval', '+evalsha']
const COUNTS = [`~${LIMIT_PREFIX}*`, '+incrby', '+pexpire', '+pttl']
const DOCUMENT_COMMANDS = 'script|load info scan get mget set exists expire incr unlink pfadd pfcount'.split(
  ' ',
)

/** Rules of ACL SETUSER, after `reset` (ACL in Redis's documentation). */
const RULES: Record<RedisLevel, string[]> = {
  counts: [...CONNECTION, ...COUNTS],
  documents: [
    ...CONNECTION,
    ...COUNTS,
    ...[...Object.values(keysOf('*')), RUN_KEY].map((pattern) => `~${pattern}`),
    ...DOCUMENT_COMMANDS.map((command) => `+${command}`),
  ],
}

/**
 * Makes each user with its password and rights, and has Redis store them; it may be repeated.
 * @param url of a user that may do everything
 * @returns what was done, in words
 * @throws Error with a sentence for the operator
 */
export async function applyRedisAccess(
  url: string,
  users: ReadonlyMap<string, RedisLevel>,
  { passwordOf }: RedisAccessOptions,
): Promise<string> {
  checkRedisUrl(url)
  const passwords = new Map([...users.keys()].map((user) => [user, passwordOf(user)]))
  const client = createRedisClient(url)
  client.on('error', () => {})
  const send = (...command: string[]): Promise<Reply> =>
    within(CONNECT_MS, client.sendCommand<Reply>(command))
  try {
    await within(CONNECT_MS, client.connect())
    for (const [user, level] of users)
      await send('ACL', 'SETUSER', user, 'reset', 'on', `>${passwords.get(user)}`, ...RULES[level])
    await send('ACL', 'SAVE')
    return `Redis: ${users.size} users`
  } catch (error) {
    const what = `cache.url: Redis did not set up and store the users: ${(error as Error).message}`
    throw error instanceof TimeoutError
      ? new DomainError('unavailable', what, { cause: error })
      : new Error(what, { cause: error })
  } finally {
    closeNow(client)
  }
}
