import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { sha256Of } from '../../../auth/api-keys.ts'
import type { Person, PersonStore } from '../../../db/person-store.ts'
import type { SessionStore } from '../../../db/session-store.ts'
import { DomainError, invalidField } from '../../../domain/errors.ts'
import { nameOf, type Principal } from '../../../domain/request.ts'
import { defineEndpoint, type Endpoint } from '../../../http/endpoint.ts'
import { email, idParams, text } from '../../../http/fields.ts'
import { definePagedList } from '../../../http/paged-list.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { NewId } from '../../../runtime/ids.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { disabledField, MAX_BODY_BYTES, personFields, personSchema } from './schemas.ts'

const LINK_MINUTES = 10

export interface PeopleDeps {
  people: PersonStore
  sessions: SessionStore
  clock: Clock
  newId: NewId
  log: Logger
}

/** What administrators do with people; `docmgr people` and `docmgr login-link` do the same in the database. */
export function peopleEndpoints(deps: PeopleDeps): Endpoint[] {
  return [listPeople(deps), postPerson(deps), patchPerson(deps), postLoginLink(deps)]
}

/** The subject of an identity provider is not shown. */
function described({ id, issuer, email, name, admin, auditor, created_at, disabled_at }: Person) {
  return { id, issuer, email, name, admin, auditor, created_at, disabled_at }
}

function listPeople({ people }: PeopleDeps): Endpoint {
  return definePagedList({
    path: '/people',
    operationId: 'listPeople',
    summary: 'Everyone who is known, by their addresses',
    policy: 'admin',
    schema: personSchema,
    listFor: () => ({
      of: 'all',
      isKey: (key) => text({ max: 320 }).safeParse(key).success,
      read: (page) => people.list(page),
      count: () => people.count(),
      rowOf: ({ email, id }) => ({ key: email, id }),
      json: described,
    }),
  })
}

function postPerson({ people, newId, log }: PeopleDeps): Endpoint {
  return defineEndpoint({
    method: 'POST',
    path: '/people',
    operationId: 'putPerson',
    summary: 'Adds a person by their address, or changes the one who has it',
    policy: 'admin',
    body: { schema: z.object({ email, ...personFields }, 'must be a JSON object'), maxBytes: MAX_BODY_BYTES },
    responses: { 200: { description: 'the person', schema: personSchema } },
    async handle({ body: { email: address, ...changes } }, { principal }) {
      if (principal.kind === 'user' && principal.email.toLowerCase() === address.toLowerCase())
        requireOwnAdmin(changes)
      const person = await people.put(newId(), address, changes)
      log.info({ person: person.id, by: nameOf(principal) }, 'a person was added')
      return { status: 200, json: described(person) }
    },
  })
}

function patchPerson({ people, log }: PeopleDeps): Endpoint {
  return defineEndpoint({
    method: 'PATCH',
    path: '/people/{id}',
    operationId: 'updatePerson',
    summary: 'Changes what someone may do, and disables or enables them',
    description:
      'Who is disabled is refused everywhere within 30 seconds, with their sessions, keys and tokens. Administrators cannot ' +
      'take their own role, or disable themselves.',
    policy: 'admin',
    params: idParams,
    body: {
      schema: z
        .object({ ...personFields, disabled: disabledField }, 'must be a JSON object')
        .refine((fields) => Object.keys(fields).length > 0, 'must have a field to change')
        .meta({ override: { minProperties: 1 } }),
      maxBytes: MAX_BODY_BYTES,
    },
    responses: { 200: { description: 'the person as they are now', schema: personSchema } },
    problems: ['not-found'],
    async handle({ params: { id }, body }, { principal }) {
      const [person] = await people.find(id)
      if (!person) throw personNotFound(id)
      if (isSelf(person, principal)) requireOwnAdmin(body)
      const changed = await people.change(id, body)
      if (!changed) throw personNotFound(id)
      log.info({ person: id, by: nameOf(principal), changed: Object.keys(body) }, 'a person was changed')
      return { status: 200, json: described(changed) }
    },
  })
}

function postLoginLink({ people, sessions, clock, log }: PeopleDeps): Endpoint {
  return defineEndpoint({
    method: 'POST',
    path: '/people/{id}/login-link',
    operationId: 'createLoginLink',
    summary: 'Makes a link that logs someone in, once',
    description: `Its text stands in the address of the login page after #. It works for ${LINK_MINUTES} minutes.`,
    policy: 'admin',
    params: idParams,
    responses: {
      201: {
        description: 'the text of the link',
        schema: z.object({ link: z.string(), expires_at: z.iso.datetime() }).meta({ id: 'LoginLink' }),
        headers: ['Cache-Control'],
      },
    },
    problems: ['not-found', 'person-disabled'],
    async handle({ params: { id } }, { principal }) {
      const [person] = await people.find(id)
      if (!person) throw personNotFound(id)
      if (person.disabled_at !== null)
        throw new DomainError(
          'person-disabled',
          `the person ${id} is disabled: enable them before they log in`,
        )
      const link = randomBytes(32).toString('base64url')
      const expiresAt = new Date(clock.now().getTime() + LINK_MINUTES * 60_000).toISOString()
      await sessions.addLink({ tokenSha256: sha256Of(link), personId: id, expiresAt })
      log.info({ person: id, by: nameOf(principal) }, 'a link to log in was made for a person')
      return { status: 201, secret: true, json: { link, expires_at: expiresAt } }
    },
  })
}

const isSelf = ({ id, email }: Person, principal: Principal): boolean =>
  principal.kind === 'user' && (principal.id === id || principal.email.toLowerCase() === email.toLowerCase())

/** So that there is always an administrator. @throws DomainError validation-failed */
function requireOwnAdmin({
  admin,
  disabled,
}: {
  admin?: boolean | undefined
  disabled?: boolean | undefined
}) {
  if (admin === false)
    throw invalidField('admin', 'must stay true for yourself: another administrator can change it')
  if (disabled === true)
    throw invalidField('disabled', 'must stay false for yourself: another administrator can disable you')
}

const personNotFound = (id: string): DomainError => new DomainError('not-found', `there is no person ${id}`)
