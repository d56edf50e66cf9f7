import { and, desc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import { type ExpiredRows, expiredRows } from './expired-rows.ts'
import { queryBuilder, run } from './query-builder.ts'
import type { Queryable } from './query.ts'
import { loginLinks, people, sessions } from './people.ts'
import type { Person } from './person-store.ts'

export interface NewSession {
  cookieSha256: string
  personId: string
  /** ISO 8601 */
  expiresAt: string
  agent: string | null
}

/** What is needed to accept a session. */
export type ValidSession = Pick<Person, 'id' | 'email' | 'admin' | 'auditor' | 'groups'> & {
  expires_at: string
}

/** A session as its person sees it. */
export type ListedSession = Omit<typeof sessions.$inferSelect, 'person_id'>

/** Sessions of browsers, and the links that begin them. */
export interface SessionStore {
  add(session: NewSession): Promise<void>
  /** One that is neither over nor idle for too long, of a person who is not disabled. */
  findValid(cookieSha256: string): Promise<ValidSession | undefined>
  /** Notes the minute of its last use. */
  markSeen(cookieSha256: string): Promise<void>
  /** Those of a person that are neither over nor idle for too long, the newest first. */
  listOf(personId: string): Promise<ListedSession[]>
  remove(cookieSha256: string): Promise<void>
  addLink(link: { tokenSha256: string; personId: string; expiresAt: string }): Promise<void>
  /** Uses a link, once. @returns whose it is; undefined for one that was used, has expired or is unknown */
  useLink(tokenSha256: string): Promise<string | undefined>
  /** Sessions that are over or idle for too long, and links that are too old, used or not. The database's clock decides. */
  readonly expired: { sessions: ExpiredRows; links: ExpiredRows }
}

const IDLE = sql`interval '12 hours'`

export function createSessionStore(on: Queryable): SessionStore {
  const { cookie_sha256, expires_at, seen_at } = sessions
  const { id, email, admin, auditor, groups } = people
  const now = sql`clock_timestamp()`
  const minute = sql`date_trunc('minute', ${now})`
  const isSession = (wanted: string) => eq(cookie_sha256, wanted)
  return {
    async add({ cookieSha256, personId, expiresAt, agent }) {
      const row = { cookie_sha256: cookieSha256, person_id: personId, expires_at: expiresAt, agent }
      await run(queryBuilder(on).insert(sessions).values(row))
    },
    async findValid(wanted) {
      const isValid = and(
        isSession(wanted),
        gt(expires_at, now),
        gt(seen_at, sql`${now} - ${IDLE}`),
        isNull(people.disabled_at),
      )
      const query = queryBuilder(on).select({ id, email, admin, auditor, groups, expires_at }).from(sessions)
      return (await run(query.innerJoin(people, eq(id, sessions.person_id)).where(isValid)))[0]
    },
    async markSeen(wanted) {
      const update = queryBuilder(on)
        .update(sessions)
        .set({ seen_at: minute as never })
      await run(update.where(and(isSession(wanted), lt(seen_at, minute))))
    },
    listOf: (personId) => listSessions(on, personId),
    async remove(wanted) {
      await run(queryBuilder(on).delete(sessions).where(isSession(wanted)))
    },
    async addLink({ tokenSha256, personId, expiresAt }) {
      const row = { token_sha256: tokenSha256, person_id: personId, expires_at: expiresAt }
      await run(queryBuilder(on).insert(loginLinks).values(row))
    },
    async useLink(tokenSha256) {
      const enabled = queryBuilder(on).select({ id }).from(people).where(isNull(people.disabled_at))
      const isUnused = and(
        eq(loginLinks.token_sha256, tokenSha256),
        isNull(loginLinks.used_at),
        gt(loginLinks.expires_at, now),
        inArray(loginLinks.person_id, enabled),
      )
      const update = queryBuilder(on)
        .update(loginLinks)
        .set({ used_at: now as never })
      return (await run(update.where(isUnused).returning({ of: loginLinks.person_id })))[0]?.of
    },
    expired: {
      sessions: expiredRows(on, {
        table: sessions,
        key: [cookie_sha256],
        expiry: expires_at,
        isExpired: or(lt(expires_at, now), lt(seen_at, sql`${now} - ${IDLE}`))!,
      }),
      links: expiredRows(on, {
        table: loginLinks,
        key: [loginLinks.token_sha256],
        expiry: loginLinks.expires_at,
        isExpired: lt(loginLinks.expires_at, now),
      }),
    },
  }
}

function listSessions(on: Queryable, personId: string): Promise<ListedSession[]> {
  const { cookie_sha256, created_at, seen_at, expires_at, agent, person_id } = sessions
  const columns = { cookie_sha256, created_at, seen_at, expires_at, agent }
  const now = sql`clock_timestamp()`
  const isValid = and(eq(person_id, personId), gt(expires_at, now), gt(seen_at, sql`${now} - ${IDLE}`))
  return run(queryBuilder(on).select(columns).from(sessions).where(isValid).orderBy(desc(created_at)))
}
