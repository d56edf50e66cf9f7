import type { Pool } from 'pg'
import { createApiKey, sha256Of } from '../../auth/api-keys.ts'
import { createKeyStore } from '../../db/key-store.ts'
import { createPersonStore } from '../../db/person-store.ts'
import type { Scope } from '../../domain/scopes.ts'
import { newId } from '../test-service.ts'
import { TOKEN_CASES } from '../token-cases.ts'
import { serviceTokensOf } from '../service-tokens.ts'
import { bearer, tokenOf, type User } from './target.ts'

/** What someone may do with the document of the owner, and `administer` the service. */
export type Ability = 'read' | 'change' | 'share' | 'administer'

/** A kind of caller. */
export interface Caller {
  headers: Record<string, string>
  /** the token of the header, where it is that of a client */
  token?: string
  /** undefined: the credential is refused */
  may?: readonly Ability[]
  user?: User
  /** of an API key, which permit no more */
  scopes?: readonly Scope[]
  /** reads every document */
  readsAll?: true
  /** a role of the service, which may do nothing but over gRPC */
  role?: 'signature' | 'ws'
}

const userOf = (id: string): User => ({ id, email: `${id}@example.com` })
export const OWNER = userOf('owner')
export const READER = userOf('reader')
export const EDITOR = userOf('editor')
export const ADMIN: User = { ...userOf('root'), admin: true }
/** has the role reader in the owner's document */
export const GROUP = 'Legal, Köln'
const DISABLED = userOf('disabled')

const OWNS = ['read', 'change', 'share'] as const

const asUser = (user: User, may: NonNullable<Caller['may']>): Caller => {
  const token = tokenOf(user)
  return { headers: bearer(token), token, user, may }
}

/** For itself; a role that calls for a client has that client's rights. */
const roleOf = async (role: 'signature' | 'ws'): Promise<Caller> => ({
  headers: { authorization: await serviceTokensOf(role).authorize() },
  role,
})

const withToken = (token: string): Caller => ({ headers: bearer(token), token })

/** Who calls, and what they may do with the document of the owner. @param pool of the document role's tables */
export async function createCallers(pool: Pool): Promise<Record<string, Caller>> {
  const [people, keys] = [createPersonStore(pool), createKeyStore(pool)]
  await people.put(newId(), DISABLED.email)
  await people.setDisabled(DISABLED.email, true)
  const { id: personId } = await people.put(newId(), OWNER.email)
  const keyWith = async (...scopes: Scope[]): Promise<Caller> => {
    const key = createApiKey()
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    await keys.add({
      id: key.id,
      name: 'ci',
      secretSha256: sha256Of(key.secret),
      personId,
      scopes,
      expiresAt,
    })
    return { ...withToken(key.text), user: OWNER, may: OWNS, scopes }
  }
  const now = Math.floor(Date.now() / 1_000)
  const tokenCase = (name: string): string => TOKEN_CASES.find((one) => one.name === name)!.make(now)
  return {
    anonymous: { headers: {} },
    expired: withToken(tokenCase('that has expired')),
    'wrong audience': withToken(tokenCase('for another audience')),
    'the signature role': await roleOf('signature'),
    'the ws role': await roleOf('ws'),
    'a disabled person': withToken(tokenOf(DISABLED)),
    stranger: asUser(userOf('stranger'), []),
    reader: asUser(READER, ['read']),
    'a member of a group': asUser({ ...userOf('member'), groups: [GROUP] }, ['read']),
    editor: asUser(EDITOR, ['read', 'change']),
    owner: asUser(OWNER, OWNS),
    auditor: { ...asUser({ ...userOf('auditor'), auditor: true }, ['read']), readsAll: true },
    administrator: { ...asUser(ADMIN, [...OWNS, 'administer']), readsAll: true },
    "a key of the owner's that only reads": await keyWith('read'),
    "a key of the owner's that only writes": await keyWith('write'),
    "a key of the owner's for others": await keyWith('read', 'write', 'create:for-others', 'sign:for-others'),
  }
}
