import { z } from 'zod'
import type { IdentityProvider, LoginChecks } from '../../auth/identity-provider.ts'
import type { TextSeal } from '../../auth/text-seal.ts'
import type { PersonStore } from '../../db/person-store.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { NewId } from '../../runtime/ids.ts'
import { DomainError } from '../../domain/errors.ts'
import { loginOf } from '../../http/session-cookie.ts'
import type { IncomingHttpHeaders } from 'node:http'
import type { BeginSession } from './begin-session.ts'

/** The identity provider by which people can log in here. */
export interface LoginProvider {
  /** for people */
  name: string
  provider: IdentityProvider
  /** of what the browser keeps until the login ends */
  seal: TextSeal
}

export interface ProviderLoginDeps {
  /** undefined: none is configured */
  login: LoginProvider | undefined
  people: PersonStore
  beginSession: BeginSession
  clock: Clock
  newId: NewId
}

export const LOGIN_SECONDS = 600

const kept = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  to: z.string(),
  expiresAt: z.number(),
})

/** A login that has begun: how it is checked at its end, and the path where the person wanted to be. */
export interface BegunLogin extends LoginChecks {
  to: string
}

export function sealLogin(seal: TextSeal, begun: BegunLogin, clock: Clock): string {
  const expiresAt = clock.now().getTime() + LOGIN_SECONDS * 1_000
  return seal.seal(JSON.stringify({ ...begun, expiresAt }))
}

/** @throws DomainError unauthenticated where this browser has begun no login, or too long ago */
export function openLogin(seal: TextSeal, headers: IncomingHttpHeaders, clock: Clock): BegunLogin {
  const sealed = loginOf(headers)
  const text = sealed === undefined ? undefined : seal.open(sealed)
  const begun = text === undefined ? undefined : kept.parse(JSON.parse(text))
  if (begun && begun.expiresAt > clock.now().getTime()) return begun
  const rule = `a login ends in the browser in which it began, within ${LOGIN_SECONDS / 60} minutes`
  throw new DomainError('unauthenticated', `the login is not accepted: begin again; ${rule}`)
}

/** @throws DomainError not-found */
export function requireProvider(login: LoginProvider | undefined): LoginProvider {
  if (login) return login
  throw new DomainError('not-found', 'no identity provider is configured: auth.oidc.issuer is not set')
}
