import { z } from 'zod'
import {
  ACCESS_ROLES,
  isGroupName,
  subjectOfAddress,
  subjectOfGroup,
  subjectOfPerson,
} from '../../domain/access.ts'
import { KEY_PREFIX } from '../../domain/request.ts'
import { isEmailAddress, storedAddress } from '../../runtime/email-address.ts'

const ADDRESS = /^email:(.+)$/is
const GROUP = /^group:(.+)$/s
const PERSON = /^person:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i
const KEY = new RegExp(`^${KEY_PREFIX}[0-9A-Za-z]{12}$`)

const MUST_BE =
  'must be email: and an address, such as email:ada@example.com, group: and the name of a group, ' +
  'person: and the id of a person, or key: and the id of an API key'

/** A subject as a client names it, in the form in which it is stored. */
const subject = z
  .string()
  .max(400)
  .transform((text, context) => {
    const address = storedAddress(ADDRESS.exec(text)?.[1] ?? '')
    if (isEmailAddress(address)) return subjectOfAddress(address)
    const group = GROUP.exec(text)?.[1] ?? ''
    if (isGroupName(group)) return subjectOfGroup(group)
    const person = PERSON.exec(text)?.[1]
    if (person !== undefined) return subjectOfPerson(person.toLowerCase())
    if (KEY.test(text)) return text
    context.addIssue({ code: 'custom', message: MUST_BE })
    return z.NEVER
  })

export const grantParams = (id: z.ZodType) =>
  z.object({
    id,
    principal: z
      .string()
      .meta({
        override: {
          pattern: '^(email:.+|group:.+|person:[0-9A-Fa-f-]{36}|key:[0-9A-Za-z]{12})$',
          maxLength: 400,
        },
      })
      .pipe(subject)
      .meta({ examples: ['email:bob@example.com'] }),
  })

export const role = z.enum(ACCESS_ROLES, `must be one of ${ACCESS_ROLES.join(', ')}`)

/** A grant as it is returned. */
export const grantSchema = z
  .object({
    principal: z
      .string()
      .describe('email:ADDRESS in lower case, group:NAME, person:ID, or key:ID of an API key'),
    role: z
      .enum(ACCESS_ROLES)
      .describe('reader: reads it; editor: also changes and deletes it; owner: also decides who may'),
    granted_by: z.string().describe('who gave it; anonymous where nobody needs to log in'),
    granted_at: z.iso.datetime(),
  })
  .meta({
    id: 'Grant',
    description: "someone's role in a document",
    examples: [
      {
        principal: 'email:bob@example.com',
        role: 'reader',
        granted_by: 'email:ada@example.com',
        granted_at: '2026-03-01T09:30:00.123456Z',
      },
    ],
  })
