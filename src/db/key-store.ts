import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Scope } from '../domain/scopes.ts'
import { countRows } from './count-rows.ts'
import { NO_LIMIT, queryBuilder, run } from './query-builder.ts'
import type { Queryable } from './query.ts'
import { apiKeys, people } from './people.ts'

/** What is needed to check a key. */
export type ValidKey = Pick<typeof apiKeys.$inferSelect, 'secret_sha256' | 'scopes' | 'expires_at'> & {
  email: string
}

/** A key as its owner sees it. */
export type ListedKey = Omit<typeof apiKeys.$inferSelect, 'secret_sha256' | 'person_id'> & { email: string }

export interface NewKey {
  id: string
  name: string
  secretSha256: string
  personId: string
  scopes: Scope[]
  /** ISO 8601; null: never */
  expiresAt: string | null
}

export interface KeyPage {
  /** of the person; undefined: everybody's */
  email?: string | undefined
  limit: number
  /** time of creation and id of the last key of the page before */
  after?: { key: string; id: string } | undefined
}

/** API keys in the database. */
export interface KeyStore {
  add(key: NewKey): Promise<void>
  /** A key that is not revoked, of a person who is not disabled; it may have expired. */
  findValid(id: string): Promise<ValidKey | undefined>
  /** Notes the minute of its last use. */
  markUsed(id: string): Promise<void>
  /** The newest first. @param page whose, by their address, and which; without it all of everybody */
  list(page?: KeyPage): Promise<ListedKey[]>
  /** @param email whose; without it everybody's @returns how many there are, up to one more than MAX_TOTAL */
  count(email?: string): Promise<number>
  /** @param email whose key it must be @returns whether there is such a key, revoked or not */
  revoke(id: string, email?: string): Promise<boolean>
}

export function createKeyStore(on: Queryable): KeyStore {
  const { secret_sha256, scopes, expires_at, revoked_at, last_used_at, created_at, id, name } = apiKeys
  const { email } = people
  const isOfPerson = eq(people.id, apiKeys.person_id)
  const hasAddress = (address: string) => eq(sql`lower(${email})`, address.toLowerCase())
  const peopleWith = (address: string) =>
    queryBuilder(on).select({ id: people.id }).from(people).where(hasAddress(address))
  const minute = sql`date_trunc('minute', clock_timestamp())`
  return {
    async add(key) {
      const { secretSha256, personId, expiresAt, ...rest } = key
      const row = { ...rest, secret_sha256: secretSha256, person_id: personId, expires_at: expiresAt }
      await run(queryBuilder(on).insert(apiKeys).values(row))
    },
    async findValid(wanted) {
      const query = queryBuilder(on).select({ secret_sha256, scopes, expires_at, email }).from(apiKeys)
      const isValid = and(eq(id, wanted), isNull(revoked_at), isNull(people.disabled_at))
      return (await run(query.innerJoin(people, isOfPerson).where(isValid)))[0]
    },
    async markUsed(wanted) {
      const isOlder = sql`(${last_used_at} is null or ${last_used_at} < ${minute})`
      const update = queryBuilder(on)
        .update(apiKeys)
        .set({ last_used_at: minute as never })
      await run(update.where(and(eq(id, wanted), isOlder)))
    },
    async list({ email: owner, limit, after } = { limit: NO_LIMIT }) {
      const columns = { id, name, email, scopes, created_at, expires_at, revoked_at, last_used_at }
      const query = queryBuilder(on).select(columns).from(apiKeys).innerJoin(people, isOfPerson)
      return run(
        query
          .where(
            and(
              owner === undefined ? undefined : hasAddress(owner),
              after && sql`(${created_at}, ${id}) < (${after.key}, ${after.id})`,
            ),
          )
          .orderBy(desc(created_at), desc(id))
          .limit(limit),
      )
    },
    count(owner) {
      if (owner === undefined) return countRows(on, 'people.api_keys', [])
      const source = `people.api_keys WHERE person_id IN (SELECT id FROM people.people WHERE lower(email) = $1)`
      return countRows(on, source, [owner.toLowerCase()])
    },
    async revoke(wanted, owner) {
      const set = { revoked_at: sql`coalesce(${revoked_at}, clock_timestamp())` as never }
      const ofOwner = owner === undefined ? undefined : inArray(apiKeys.person_id, peopleWith(owner))
      const update = queryBuilder(on).update(apiKeys).set(set)
      const { rowCount } = await run(update.where(and(eq(id, wanted), ofOwner)))
      return rowCount === 1
    },
  }
}
