import { z } from 'zod'
import { createApiKey, sha256Of } from '../../../auth/api-keys.ts'
import type { Authenticator } from '../../../auth/authenticator.ts'
import type { KeyStore } from '../../../db/key-store.ts'
import type { PersonStore } from '../../../db/person-store.ts'
import { DomainError } from '../../../domain/errors.ts'
import { nameOf, type Principal, type User } from '../../../domain/request.ts'
import type { Scope } from '../../../domain/scopes.ts'
import { isTime } from '../../../domain/time.ts'
import { defineEndpoint, type Endpoint } from '../../../http/endpoint.ts'
import { definePagedList } from '../../../http/paged-list.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { NewId } from '../../../runtime/ids.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { keyFields, keySchema, MAX_BODY_BYTES, newKeySchema } from './schemas.ts'

const DAY_MS = 86_400_000
const KEY_ID = /^[0-9A-Za-z]{1,64}$/
/** What anybody's key may do. */
const FREE: readonly Scope[] = ['read', 'write']

export interface KeysDeps {
  keys: KeyStore
  people: PersonStore
  authenticator: Pick<Authenticator, 'forgetKey'>
  clock: Clock
  newId: NewId
  log: Logger
}

/** One's own API keys, and for administrators those of everybody. */
export function keyEndpoints(deps: KeysDeps): Endpoint[] {
  return [listKeys(deps), postKey(deps), deleteKey(deps)]
}

/** The address whose keys the caller may see and revoke; undefined: all. */
function ownerOf(principal: Principal): string | undefined {
  const user = requireUser(principal)
  return user.admin ? undefined : user.email
}

function requireUser(principal: Principal): User {
  if (principal.kind === 'user') return principal
  throw new DomainError('unauthenticated', 'API keys belong to a person: log in, or send a token')
}

function listKeys({ keys }: KeysDeps): Endpoint {
  return definePagedList({
    path: '/keys',
    operationId: 'listKeys',
    summary: "One's own API keys, for administrators all; the newest first",
    policy: 'list',
    schema: keySchema,
    problems: ['unauthenticated'],
    listFor(principal) {
      const email = ownerOf(principal)
      return {
        of: email?.toLowerCase() ?? 'all',
        isKey: isTime,
        isId: (id) => KEY_ID.test(id),
        read: (page) => keys.list({ email, ...page }),
        count: () => keys.count(email),
        rowOf: ({ created_at, id }) => ({ key: created_at, id }),
        json: (key) => key,
      }
    },
  })
}

function postKey({ keys, people, clock, newId, log }: KeysDeps): Endpoint {
  async function personIdOf({ id, email, session }: User): Promise<string> {
    if (session !== undefined) return id
    const known = (await people.findByEmail(email)).find(({ disabled_at }) => disabled_at === null)
    return (known ?? (await people.put(newId(), email))).id
  }
  return defineEndpoint({
    method: 'POST',
    path: '/keys',
    operationId: 'createKey',
    summary: 'Makes an API key that acts for the caller; it is shown only now',
    policy: 'person',
    body: { schema: keyFields, maxBytes: MAX_BODY_BYTES },
    responses: {
      201: { description: 'the key', schema: newKeySchema, headers: ['Cache-Control'] },
    },
    problems: ['unauthenticated', 'forbidden'],
    async handle({ body }, { principal }) {
      const user = requireUser(principal)
      const scopes = [...new Set(body.scopes)]
      requireMayGive(user, scopes)
      const { id, secret, text } = createApiKey()
      const { name, expires_in_days: days } = body
      const expiresAt = days === null ? null : new Date(clock.now().getTime() + days * DAY_MS).toISOString()
      const personId = await personIdOf(user)
      await keys.add({ id, name, secretSha256: sha256Of(secret), personId, scopes, expiresAt })
      log.info({ key: id, scopes, by: nameOf(principal) }, 'an API key was made')
      const json = { id, key: text, expires_at: expiresAt }
      return { status: 201, secret: true, json }
    },
  })
}

/** @throws DomainError forbidden */
function requireMayGive({ admin, scopes: own }: User, wanted: readonly Scope[]): void {
  // Otherwise what a program was lent would outlive its key.
  if (own !== undefined) throw new DomainError('forbidden', 'an API key makes no other keys')
  const refused = wanted.find((scope) => !admin && !FREE.includes(scope))
  if (refused === undefined) return
  throw new DomainError('forbidden', `only administrators give the scope ${refused}`, {
    errors: [{ field: 'scopes', detail: `must be some of ${FREE.join(', ')}` }],
  })
}

function deleteKey({ keys, authenticator, log }: KeysDeps): Endpoint {
  return defineEndpoint({
    method: 'DELETE',
    path: '/keys/{id}',
    operationId: 'revokeKey',
    summary: "Revokes one's own API key, for administrators any",
    description:
      'The process that answers refuses it at once, others within 30 seconds. Repeated, or for an unknown key, it does nothing.',
    policy: 'known',
    params: z.object({ id: z.string().regex(KEY_ID, 'must be the id of a key') }),
    responses: { 204: { description: 'there is no such valid key' } },
    problems: ['unauthenticated'],
    async handle({ params: { id } }, { principal }) {
      const isFound = await keys.revoke(id, ownerOf(principal))
      if (!isFound) return { status: 204 }
      authenticator.forgetKey(id)
      log.info({ key: id, by: nameOf(principal) }, 'an API key was revoked')
      return { status: 204 }
    },
  })
}
