import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { createApiKey, sha256Of } from '../../auth/api-keys.ts'
import { createPersonStore } from '../../db/person-store.ts'
import { createSessionStore } from '../../db/session-store.ts'
import { providerUserId } from '../../domain/request.ts'
import type { Scope } from '../../domain/scopes.ts'
import { addApiKey } from '../add-api-key.ts'
import { PROVIDER_KEYS, providerClaims, signProviderToken } from '../provider-token-cases.ts'
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
  /** known by a cookie, which counts over REST, WebSocket and event streams only */
  bySession?: true
  /** a role of the service, which may do nothing but over gRPC */
  role?: 'signature' | 'ws'
}

const userOf = (id: string): User => ({ id, email: `${id}@example.com` })
export const OWNER = userOf('owner')
export const READER = userOf('reader')
export const EDITOR = userOf('editor')
/** has the role reader as a person, and not by an address */
export const LOGGED_IN: User = { ...userOf('logged-in'), id: newId() }
export const ADMIN: User = { ...userOf('root'), admin: true }
/** has the role reader in the owner's document */
export const GROUP = 'Legal, Köln'
/** has the role reader itself, and whose person has none */
export const NAMED_KEY = createApiKey()
const DISABLED = userOf('disabled')

const OWNS = ['read', 'change', 'share'] as const

const asUser = (user: User, may: NonNullable<Caller['may']>): Caller => {
  const token = tokenOf(user)
  return { headers: bearer(token), token, user, may }
}

/** For itself; a role that calls for a client has that client's rights. */
async function roleOf(role: 'signature' | 'ws'): Promise<Caller> {
  const tokens = serviceTokensOf(role)
  const headers = { authorization: await tokens.authorize() }
  // A token of a role is valid for five minutes, in which not all tests on the servers end.
  const renewal = setInterval(() => {
    void tokens.authorize().then((authorization) => Object.assign(headers, { authorization }))
  }, 30_000)
  renewal.unref()
  return { headers, role }
}

const withToken = (token: string): Caller => ({ headers: bearer(token), token })

/** Over gRPC and Connect cookies do not count. */
export const overRpc = (caller: Caller): Caller => (caller.bySession ? { headers: caller.headers } : caller)

/** Of a page of the service itself. */
async function sessionOf(user: User, may: NonNullable<Caller['may']>, pool: Pool): Promise<Caller> {
  const cookie = randomBytes(32).toString('base64url')
  const { id: personId } = await createPersonStore(pool).put(user.id, user.email)
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  await createSessionStore(pool).add({ cookieSha256: sha256Of(cookie), personId, expiresAt, agent: null })
  const headers = { cookie: `__Host-docmgr=${cookie}`, 'sec-fetch-site': 'same-origin' }
  return { headers, user, may, bySession: true }
}

/** A member of GROUP by what the provider says. */
function ofProvider(issuer: string, may: NonNullable<Caller['may']>): Caller {
  const [sub, email] = ['provided-1', 'provided@example.com']
  const claims = providerClaims(issuer, Math.floor(Date.now() / 1_000), { sub, email, groups: [GROUP] })
  const user = { id: providerUserId(issuer, sub), email }
  return { ...withToken(signProviderToken(PROVIDER_KEYS[0], claims)), user, may }
}

/**
 * Who calls, and what they may do with the document of the owner.
 * @param pool of the document role's tables
 * @param issuer of an identity provider with PROVIDER_KEYS, whose tokens the service accepts
 */
export async function createCallers(pool: Pool, issuer: string): Promise<Record<string, Caller>> {
  const people = createPersonStore(pool)
  await people.put(newId(), DISABLED.email)
  await people.setDisabled(DISABLED.email, true)
  const keyWith = async (...scopes: Scope[]): Promise<Caller> => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    const { text } = await addApiKey(pool, OWNER.email, scopes, expiresAt)
    return { ...withToken(text), user: OWNER, may: OWNS, scopes }
  }
  const keyed = userOf('keyed')
  await addApiKey(pool, keyed.email, ['read', 'write'], null, NAMED_KEY)
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
    'a browser that has logged in': await sessionOf(LOGGED_IN, ['read'], pool),
    'a token of the identity provider': ofProvider(issuer, ['read']),
    'a key that was given the document': {
      ...withToken(NAMED_KEY.text),
      user: keyed,
      may: ['read'],
      scopes: ['read', 'write'],
    },
    "a key of the owner's that only reads": await keyWith('read'),
    "a key of the owner's that only writes": await keyWith('write'),
    "a key of the owner's for others": await keyWith('read', 'write', 'create:for-others', 'sign:for-others'),
  }
}
