import { and, asc, eq, isNotNull, isNull, notInArray, or, sql } from 'drizzle-orm'
import { providerUserId } from '../domain/request.ts'
import { countRows } from './count-rows.ts'
import { NO_LIMIT, queryBuilder, run } from './query-builder.ts'
import type { Queryable } from './query.ts'
import { people } from './people.ts'

export type Person = typeof people.$inferSelect

/** The issuer of people whom no identity provider knows. */
const OWN_ISSUER = 'docmgr'

/** What an identity provider says of a person. */
export type ProviderRow = Pick<Person, 'issuer' | 'subject' | 'email' | 'name' | 'groups'> & {
  /** undefined: it stays */
  admin: boolean | undefined
}

/** What is not given stays. */
export type PersonChanges = { [Field in 'name' | 'admin' | 'auditor']?: Person[Field] | undefined }

/** People in the database. */
export interface PersonStore {
  /**
   * The person with this address of docmgr's own issuer, who is made where there is none.
   * @param changes of a person that exists; what is not given stays
   */
  put(newId: string, email: string, changes?: PersonChanges): Promise<Person>
  /**
   * The person of an identity provider, as it describes them now.
   * @returns undefined where the person is disabled, or someone else who is has the address
   */
  putOfProvider(newId: string, person: ProviderRow): Promise<Person | undefined>
  /** All people with this address, compared without case. */
  findByEmail(email: string): Promise<Person[]>
  /** One, or none. */
  find(id: string): Promise<Person[]>
  /** By their addresses. @param page all without it; `after` has address and id of the last one of the page before */
  list(page?: { limit: number; after?: { key: string; id: string } | undefined }): Promise<Person[]>
  /** How many people are known, up to one more than MAX_TOTAL. */
  count(): Promise<number>
  /** Changes everyone with this address. @returns them as they are now */
  edit(email: string, changes: Partial<Pick<Person, 'name' | 'admin' | 'auditor'>>): Promise<Person[]>
  /** Changes one. @returns them as they are now */
  change(id: string, changes: PersonChanges & { disabled?: boolean | undefined }): Promise<Person | undefined>
  /** Disables or enables everyone with this address. @returns how many they are */
  setDisabled(email: string, disabled: boolean): Promise<number>
  /** By every id that their requests can have, and by their addresses where nobody who is enabled has the same. */
  listDisabled(): Promise<{ ids: string[]; emails: string[] }>
}

/** The ids that a person's requests can have: of a session, and of a token of the person's identity provider. */
export const namesOfPerson = ({
  id,
  issuer,
  subject,
}: Pick<Person, 'id' | 'issuer' | 'subject'>): string[] =>
  issuer === OWN_ISSUER ? [id] : [id, providerUserId(issuer, subject)]

export function createPersonStore(on: Queryable): PersonStore {
  const { id, issuer, subject, email, disabled_at } = people
  const caseless = sql<string>`lower(${email})`
  const hasAddress = (address: string) => eq(caseless, address.toLowerCase())
  const disabledAt = (disabled: boolean): never =>
    (disabled ? sql`coalesce(${disabled_at}, clock_timestamp())` : null) as never
  return {
    async put(newId, address, changes = {}) {
      const row = {
        id: newId,
        issuer: OWN_ISSUER,
        subject: address.toLowerCase(),
        email: address,
        ...changes,
      }
      const insert = queryBuilder(on).insert(people).values(row)
      // An update of nothing new returns the row that is there.
      const set = { subject: sql`excluded.subject`, ...changes } as never
      const put = insert.onConflictDoUpdate({ target: [people.issuer, people.subject], set })
      return (await run(put.returning()))[0]!
    },
    async putOfProvider(newId, { issuer, subject, admin: isAdmin, ...described }) {
      const isPerson = and(eq(people.issuer, issuer), eq(people.subject, subject))
      const isDisabled = and(isNotNull(disabled_at), or(isPerson, hasAddress(described.email)))
      if ((await run(queryBuilder(on).select().from(people).where(isDisabled).limit(1))).length > 0)
        return undefined
      const set = { ...described, ...(isAdmin !== undefined && { admin: isAdmin }) }
      const insert = queryBuilder(on)
        .insert(people)
        .values({ id: newId, issuer, subject, ...set })
      const put = insert.onConflictDoUpdate({ target: [people.issuer, people.subject], set: set as never })
      return (await run(put.returning()))[0]!
    },
    findByEmail: (address) => run(queryBuilder(on).select().from(people).where(hasAddress(address))),
    find: (id) => run(queryBuilder(on).select().from(people).where(eq(people.id, id))),
    list({ limit, after } = { limit: NO_LIMIT }) {
      const isAfter = after && sql`(${caseless}, ${id}) > (lower(${after.key}), ${after.id})`
      const query = queryBuilder(on).select().from(people).where(isAfter)
      return run(query.orderBy(asc(caseless), asc(id)).limit(limit))
    },
    count: () => countRows(on, 'people.people', []),
    async change(id, { disabled, ...changes }) {
      const set = { ...changes, ...(disabled !== undefined && { disabled_at: disabledAt(disabled) }) }
      return (await run(queryBuilder(on).update(people).set(set).where(eq(people.id, id)).returning()))[0]
    },
    edit: (address, changes) =>
      run(queryBuilder(on).update(people).set(changes).where(hasAddress(address)).returning()),
    async setDisabled(address, disabled) {
      const update = queryBuilder(on)
        .update(people)
        .set({ disabled_at: disabledAt(disabled) })
      return (await run(update.where(hasAddress(address)))).rowCount ?? 0
    },
    async listDisabled() {
      const enabled = queryBuilder(on).select({ address: caseless }).from(people).where(isNull(disabled_at))
      const [ids, addresses] = await Promise.all([
        run(queryBuilder(on).select({ id, issuer, subject }).from(people).where(isNotNull(disabled_at))),
        run(
          queryBuilder(on)
            .selectDistinct({ address: caseless })
            .from(people)
            .where(and(isNotNull(disabled_at), notInArray(caseless, enabled))),
        ),
      ])
      return { ids: ids.flatMap(namesOfPerson), emails: addresses.map(({ address }) => address) }
    },
  }
}
