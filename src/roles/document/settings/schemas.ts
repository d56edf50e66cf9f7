import { z } from 'zod'
import { SCOPES } from '../../../domain/scopes.ts'
import { displayText } from '../../../http/fields.ts'

const MAX_NAME = 255
const MAX_KEY_NAME = 100

export const MAX_BODY_BYTES = 4_096

const flag = z.boolean('must be true or false')
const time = z.iso.datetime()

export const personFields = {
  name: displayText({ max: MAX_NAME }).nullable().optional(),
  admin: flag.optional(),
  auditor: flag.optional(),
}

export const personSchema = z
  .object({
    id: z.uuid(),
    issuer: z.string().describe('the identity provider that knows them, or docmgr'),
    email: z.string(),
    name: z.string().nullable(),
    admin: z.boolean(),
    auditor: z.boolean().describe('may read every document'),
    created_at: time,
    disabled_at: time.nullable().describe('since when nothing of theirs is accepted'),
  })
  .meta({ id: 'Person' })

export const disabledField = flag.optional()

export const keyFields = z.object(
  {
    name: displayText({ max: MAX_KEY_NAME }),
    scopes: z
      .array(z.enum(SCOPES, `must be one of ${SCOPES.join(', ')}`))
      .min(1, 'must have at least one scope')
      .max(SCOPES.length)
      .describe('all but read and write are for administrators to give'),
    expires_in_days: z
      .int('must be a whole number of days')
      .min(1, 'must be at least 1')
      .max(3_650, 'must be at most 3650')
      .nullable()
      .describe('null: never'),
  },
  'must be a JSON object',
)

const keyShape = {
  id: z.string(),
  name: z.string(),
  email: z.string().describe('of the person for whom it acts'),
  scopes: z.array(z.enum(SCOPES)),
  created_at: time,
  expires_at: time.nullable().describe('null: never'),
  revoked_at: time.nullable(),
  last_used_at: time.nullable().describe('to the minute'),
}

export const keySchema = z.object(keyShape).meta({ id: 'ApiKey' })

export const newKeySchema = z
  .object({
    id: z.string(),
    key: z.string().describe('dk_ID_SECRET, which is returned only now'),
    expires_at: keyShape.expires_at,
  })
  .meta({ id: 'NewApiKey' })

export const sessionSchema = z
  .object({
    id: z.string(),
    agent: z.string().nullable().describe('the User-Agent that logged in'),
    created_at: time,
    seen_at: time.describe('to the minute'),
    expires_at: time,
    current: z.boolean().describe('whether it makes this request'),
  })
  .meta({ id: 'BrowserSession' })
