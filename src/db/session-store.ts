import { and, desc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import { countRows } from './count-rows.ts'
import { type ExpiredRows, expiredRows } from './expired-rows.ts'
import { NO_LIMIT, queryBuilder, run } from './query-builder.ts'
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

/** A part of the hash by which a session is called; the whole one stays here. */
export const SESSION_ID_CHARS = 24

export interface SessionPage {
  limit: number
  /** time of creation and id of the last session of the page before */
  after?: { key: string; id: string } | undefined
}

/** Sessions of browsers, and the links that begin them. */
export interface SessionStore {
  add(session: NewSession): Promise<void>
  /** One that is neither over nor idle for too long, of a person who is not disabled. */
  findValid(cookieSha256: string): Promise<ValidSession | undefined>
  /** Notes the minute of its last use. */
  markSeen(cookieSha256: string): Promise<void>
  /** Those of a person that are neither over nor idle for too long, the newest first. @param page without it all */
  listOf(personId: string, page?: SessionPage): Promise<ListedSession[]>
  /** @returns how many of them there are, up to one more than MAX_TOTAL */
  countOf(personId: string): Promise<number>
  remove(cookieSha256: string): Promise<void>
  addLink(link: { tokenSha256: string; personId: string; expiresAt: string }): Promise<void>
  /** Uses a link, once. @returns whose it is; undefined for one that was used, has expired or is unknown */
  useLink(tokenSha256: string): Promise<string | undefined>
  /** Sessions that are over or idle for too long, and links that are too old, used or not. The database's clock decides. */
  readonly expired: { sessions: ExpiredRows; links: ExpiredRows }
}

const IDLE_TEXT = '12 hours'
const IDLE = sql.raw(`interval '${IDLE_TEXT}'`)
const VALID_OF_PERSON = `
  people.sessions WHERE person_id = $1 AND expires_at > clock_timestamp()
    AND seen_at > clock_timestamp() - interval '${IDLE_TEXT}'`

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
    listOf: (personId, page = { limit: NO_LIMIT }) => listSessions(on, personId, page),
    countOf: (personId) => countRows(on, VALID_OF_PERSON, [personId]),
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

function listSessions(
  on: Queryable,
  personId: string,
  { limit, after }: SessionPage,
): Promise<ListedSession[]> {
  const { cookie_sha256, created_at, seen_at, expires_at, agent, person_id } = sessions
  const columns = { cookie_sha256, created_at, seen_at, expires_at, agent }
  const now = sql`clock_timestamp()`
  const id = sql`left(${cookie_sha256}, ${sql.raw(String(SESSION_ID_CHARS))})`
  const isListed = and(
    eq(person_id, personId),
    gt(expires_at, now),
    gt(seen_at, sql`${now} - ${IDLE}`),
    after && sql`(${created_at}, ${id}) < (${after.key}, ${after.id})`,
  )
  const query = queryBuilder(on).select(columns).from(sessions).where(isListed)
  return run(query.orderBy(desc(created_at), desc(id)).limit(limit))
}
