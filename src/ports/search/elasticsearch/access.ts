import { type Elasticsearch, answerOf, openElasticsearch } from './client.ts'
import { parseElasticsearchUrl } from './url.ts'

export interface ElasticsearchAccessOptions {
  /** the alias; its indexes are called after it */
  index: string
  /** @throws Error naming the file that is missing */
  passwordOf(user: string): string
}

/** `read`: searches. `write`: also indexes, and creates the index and its alias. */
export type ElasticsearchLevel = 'read' | 'write'

/** Privileges on the index ("Elasticsearch privileges" in its documentation). */
const PRIVILEGES: Record<ElasticsearchLevel, string[]> = {
  // Only `manage` has analyze; an action can be granted by its own name.
  read: ['read', 'view_index_metadata', 'indices:admin/analyze'],
  write: ['read', 'write', 'manage'],
}

/** The body of a role. Whether the index is healthy is asked of the cluster, which `monitor` allows. */
const elasticsearchRoleOf = (level: ElasticsearchLevel, alias: string): object => ({
  cluster: ['monitor'],
  indices: [{ names: [alias, `${alias}-*`], privileges: PRIVILEGES[level] }],
})

/**
 * Makes a role and a user with its password of each; it may be repeated. A role is replaced as a whole.
 * @param url with a user that may manage_security
 * @returns what was done, in words
 * @throws Error with a sentence for the operator
 */
export async function applyElasticsearchAccess(
  url: string,
  users: ReadonlyMap<string, ElasticsearchLevel>,
  { index: alias, passwordOf }: ElasticsearchAccessOptions,
): Promise<string> {
  const passwords = [...users.keys()].map((user) => [user, passwordOf(user)] as const)
  const client = openElasticsearch(parseElasticsearchUrl(url))
  try {
    for (const [user, level] of users)
      await put(client, 'role', `docmgr-${user}`, elasticsearchRoleOf(level, alias))
    for (const [user, password] of passwords)
      await put(client, 'user', user, { password, roles: [`docmgr-${user}`] })
    return `Elasticsearch: ${users.size} users`
  } finally {
    await client.stop()
  }
}

async function put(client: Elasticsearch, kind: 'role' | 'user', name: string, body: object): Promise<void> {
  try {
    await client.ask({ method: 'PUT', path: `/_security/${kind}/${name}`, body })
  } catch (error) {
    const answer = answerOf(error)
    if (answer === undefined || answer.status >= 500) throw error
    const { status, type, reason } = answer
    throw new Error(
      `search.url: Elasticsearch does not set up the ${kind} ${name} (${status} ${type}: ${reason}): it needs ` +
        'xpack.security.enabled, and a user that may manage_security',
      { cause: error },
    )
  }
}
