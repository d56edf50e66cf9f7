import type { Scope } from '../domain/scopes.ts'
import type { SignedUser, VerifiedToken } from './tokens.ts'

/** A key that was made and not revoked, of a person who is not disabled. */
export interface FoundKey {
  /** of its secret, hexadecimal */
  secretSha256: string
  email: string
  scopes: readonly Scope[]
  /** Unix time in milliseconds; Infinity: never */
  expiresAt: number
}

/** A session that is not over, of a person who is not disabled. */
export interface FoundSession {
  /** of the person */
  id: string
  email: string
  admin: boolean
  auditor: boolean
  /** names, each once, in order */
  groups: readonly string[]
  /** Unix time in milliseconds */
  expiresAt: number
}

/** People who may not do anything, whatever token they have. */
export interface DisabledPeople {
  ids: ReadonlySet<string>
  /** in lower case; none that another person has who is not disabled */
  emails: ReadonlySet<string>
}

/** The document role, which keeps who someone is and the secret of tokens; the authenticator keeps answers for a limited time. */
export interface IdentitySource {
  /**
   * @param usedWith SHA-256 of the secret that a request has: if it is the key's, the key counts as used
   * @returns undefined for a key that is unknown or revoked, or whose person is disabled
   * @throws DomainError unavailable, deadline-exceeded
   */
  findKey(id: string, usedWith: string | undefined): Promise<FoundKey | undefined>
  /**
   * @param used a request has it now, which keeps it from ending idle
   * @returns undefined for a session that is unknown or over, or whose person is disabled
   * @throws DomainError unavailable, deadline-exceeded
   */
  findSession(cookieSha256: string, used: boolean): Promise<FoundSession | undefined>
  /** @throws DomainError unavailable, deadline-exceeded */
  listDisabled(): Promise<DisabledPeople>
  /** @throws DomainError unauthenticated, saying what is wrong with the token; unavailable, deadline-exceeded */
  verifyToken(token: string): Promise<VerifiedToken>
  /** Only where no token is required. @throws DomainError unavailable, deadline-exceeded */
  signToken(user: Pick<SignedUser, 'id' | 'email'>): Promise<string>
}
