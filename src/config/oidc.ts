import { z } from 'zod'
import { isEmailAddress } from '../runtime/email-address.ts'
import { whole } from './whole.ts'

const text = z.string('must be a string').min(1, 'must be a string')
const words = (rule: string) => z.array(text, rule)

const ISSUER_RULE = 'must be the https URL of an identity provider, as its tokens have it in `iss`'
const isIssuer = (value: string): boolean =>
  value.length <= 255 && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)

/** The identity provider by which people log in. */
export const oidc = z
  .strictObject({
    issuer: z
      .string(ISSUER_RULE)
      .refine(isIssuer, ISSUER_RULE)
      .optional()
      .describe('identity provider (OpenID Connect), by which people log in or whose JWTs are accepted'),
    name: text
      .max(50)
      .optional()
      .describe('name of the identity provider on the button; if not set, its host'),
    clientId: text
      .optional()
      .describe('id under which the identity provider knows docmgr; if not set, nobody logs in by it'),
    clientSecret: text.optional().describe('secret of that client; if not set, PKCE alone protects a login'),
    audience: text
      .optional()
      .describe(
        '`aud` of JWTs of the identity provider that are accepted like own ones; if not set, none is',
      ),
    scopes: words('must be a list of scopes')
      .default(['openid', 'email', 'profile'])
      .describe('scopes that a login asks for'),
    groupsClaim: text.default('groups').describe('claim with the names of the groups of a person'),
    adminGroups: words('must be a list of groups')
      .default([])
      .describe('groups whose members are administrators, by their login or token'),
    admins: z
      .array(
        z.string().refine(isEmailAddress, 'must be e-mail addresses'),
        'must be a list of e-mail addresses',
      )
      .default([])
      .describe('addresses of administrators, by their login or token'),
    timeout: whole(100, 60_000)
      .default(5_000)
      .describe('maximum milliseconds of a request to the identity provider'),
  })
  .prefault({})
