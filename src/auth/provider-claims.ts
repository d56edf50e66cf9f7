import { DomainError } from '../domain/errors.ts'
import { isEmailAddress, storedAddress } from '../runtime/email-address.ts'
import { isGroupName, MAX_GROUPS } from '../domain/access.ts'

/** What docmgr takes from the claims of an identity provider. */
export interface ClaimRules {
  /** the claim with the names of groups */
  groupsClaim: string
  /** groups whose members are administrators */
  adminGroups: readonly string[]
  /** addresses of administrators */
  admins: readonly string[]
}

/** Claims of an ID token, an access token or the userinfo endpoint (OpenID Connect Core, 5.1). */
export type Claims = Readonly<Record<string, unknown>>

/** Who a person is to an identity provider. */
export interface ProviderPerson {
  email: string
  name: string | null
  groups: string[]
  /** undefined: the provider's claims say nothing about it */
  admin: boolean | undefined
}

const MAX_NAME = 255

/**
 * @param sources in which claims are looked for, the first that has one counts
 * @throws DomainError forbidden for an address that the provider has not verified, which anyone could have given there
 */
export function personOfClaims(sources: readonly Claims[], rules: ClaimRules): ProviderPerson {
  const sourceOf = (claim: string): Claims => sources.find((claims) => claims[claim] !== undefined) ?? {}
  // Each source says of its own address whether it is verified.
  const email = verifiedEmail(sourceOf('email'))
  const { name } = sourceOf('name')
  const groups = groupsOf(sourceOf(rules.groupsClaim)[rules.groupsClaim], rules.groupsClaim)
  return {
    email,
    name: typeof name === 'string' && name !== '' ? name.slice(0, MAX_NAME) : null,
    groups,
    admin: isAdmin(email, groups, rules),
  }
}

function verifiedEmail({ email, email_verified: isVerified }: Claims): string {
  if (typeof email !== 'string' || !isEmailAddress(email))
    throw new DomainError(
      'forbidden',
      'the identity provider gives no e-mail address: docmgr needs the claim email',
    )
  // Some providers send booleans as text.
  if (isVerified !== true && isVerified !== 'true')
    throw new DomainError(
      'forbidden',
      'the identity provider has not verified the e-mail address: docmgr needs the claim email_verified to be true',
    )
  return storedAddress(email)
}

/** Names that no grant can have are left out. */
function groupsOf(value: unknown, claim: string): string[] {
  const values = typeof value === 'string' ? [value] : Array.isArray(value) ? value : []
  const names = values.filter((name): name is string => typeof name === 'string' && isGroupName(name))
  const groups = [...new Set(names)].sort()
  if (groups.length > MAX_GROUPS)
    throw new DomainError(
      'forbidden',
      `the claim ${claim} names ${groups.length} groups: let the identity provider send at most ${MAX_GROUPS}`,
    )
  return groups
}

function isAdmin(
  email: string,
  groups: readonly string[],
  { adminGroups, admins }: ClaimRules,
): boolean | undefined {
  if (adminGroups.length === 0 && admins.length === 0) return undefined
  const address = email.toLowerCase()
  return (
    groups.some((group) => adminGroups.includes(group)) ||
    admins.some((admin) => storedAddress(admin).toLowerCase() === address)
  )
}
