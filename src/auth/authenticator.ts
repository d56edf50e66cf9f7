import { DomainError } from '../domain/errors.ts'
import { KEY_PREFIX, type Principal, type User } from '../domain/request.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Soon } from '../runtime/soon.ts'
import { hasSha256, isApiKey, parseApiKey, sha256Of } from './api-keys.ts'
import type { FoundKey } from './identity-source.ts'
import type { KnownIdentities } from './known-identities.ts'
import { passCredential, type PassedCredential } from './passed-credential.ts'
import type { ProviderTokens } from './provider-tokens.ts'
import type { ServiceTokens } from './service-tokens.ts'
import type { UserTokens, VerifiedToken } from './tokens.ts'

/** Who makes a request, and for how long a connection that begins with it may last. */
export interface Identity {
  principal: Principal
  /** Unix time in milliseconds; Infinity where there is no token */
  expiresAt: number
}

/** What a request identifies itself with; `authorization` counts more. */
export interface Credentials {
  /** the header Authorization (RFC 6750: `Bearer …`): a JWT or an API key */
  authorization: string | undefined
  /** the value of the session cookie */
  cookie?: string | undefined
}

/** Authenticates requests over REST, gRPC and WebSocket. */
export interface Authenticator {
  /** `open` accepts requests without a token as anonymous; a token that is sent is checked. */
  readonly mode: 'open' | 'required'
  readonly tokens: UserTokens
  readonly serviceTokens: ServiceTokens
  /** @throws DomainError unauthenticated; unavailable where a key or a session cannot be checked now */
  identify(credentials: Credentials): Soon<Identity>
  /** Of a token without its scheme: docmgr's own or, at an identity provider's, by its keys. @throws the same */
  identifyToken(token: string): Soon<Identity>
  /**
   * Whether a principal that was identified earlier still counts: its key is not revoked, its person not disabled.
   * @throws DomainError unavailable
   */
  isCurrent(principal: Principal): Soon<boolean>
  /** A session that has ended in this process. @param cookieSha256 hexadecimal */
  forgetSession(cookieSha256: string): void
  /** An API key that was revoked in this process. */
  forgetKey(id: string): void
}

export interface AuthenticatorOptions {
  mode: 'open' | 'required'
  tokens: UserTokens
  serviceTokens: ServiceTokens
  /** those of an identity provider; undefined: none is accepted */
  providerTokens?: ProviderTokens | undefined
  known: KnownIdentities
  clock: Clock
}

const ANONYMOUS: Identity = { principal: { kind: 'anonymous' }, expiresAt: Infinity }
const BEARER = /^Bearer +(\S+)$/i
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { mode, tokens, serviceTokens, providerTokens, known } = options
  const identifyKey = createKeyCheck(options)

  const identifyUser = ({ user, expiresAt }: VerifiedToken): Soon<Identity> => {
    if (user.id.startsWith(KEY_PREFIX))
      throw new DomainError('unauthenticated', 'the token is not accepted: sub is the name of an API key')
    const identity = { principal: user, expiresAt }
    const isDisabled = known.isDisabled(user)
    if (isDisabled === false) return identity
    return then(isDisabled, (disabled) => {
      if (disabled)
        throw new DomainError('unauthenticated', 'the token is not accepted: its person is disabled')
      return identity
    })
  }
  const identifyToken = (token: string): Soon<Identity> => {
    if (isApiKey(token)) return identifyKey(token)
    if (providerTokens?.accepts(token)) return providerTokens.verify(token).then(identifyUser)
    return then(tokens.verify(token), identifyUser)
  }
  const identify = ({ authorization, cookie }: Credentials): Soon<Identity> => {
    if (authorization === undefined) {
      if (mode === 'open') return ANONYMOUS
      if (cookie !== undefined) return passing(identifySession(cookie, known), { cookie })
      throw new DomainError('unauthenticated', 'header authorization: must be `Bearer` and a token')
    }
    const token = BEARER.exec(authorization)?.[1]
    if (token === undefined || !(JWT.test(token) || isApiKey(token)))
      throw new DomainError(
        'unauthenticated',
        'header authorization: must be `Bearer` and a JWT or an API key',
      )
    return passing(identifyToken(token), { authorization })
  }
  return {
    mode,
    tokens,
    serviceTokens,
    identify,
    identifyToken,
    isCurrent(principal) {
      if (principal.kind !== 'user') return true
      if (principal.session !== undefined)
        return then(known.session(principal.session, false), (session) => session !== undefined)
      if (principal.scopes === undefined) return then(known.isDisabled(principal), (disabled) => !disabled)
      return then(known.key(principal.id.slice(KEY_PREFIX.length)), (key) => key !== undefined)
    },
    forgetSession: (cookieSha256) => known.forgetSession(cookieSha256),
    forgetKey: (id) => known.forgetKey(id),
  }
}

/** The process may have to call the document role for who makes the request. */
const passing = (identity: Soon<Identity>, credential: PassedCredential): Soon<Identity> =>
  then(identity, (found) => {
    passCredential(found.principal, credential)
    return found
  })

/** Whether a key is valid. One that is no key, or mistyped, is refused without asking anyone. */
function createKeyCheck({ known, clock }: AuthenticatorOptions): (text: string) => Soon<Identity> {
  return (text) => {
    const key = parseApiKey(text)
    if (!key) throw refused('it is no API key, or mistyped')
    const { id, secret } = key
    return then(known.key(id, sha256Of(secret)), (found) => {
      if (!found || !hasSha256(secret, found.secretSha256)) throw refused('it is unknown or revoked')
      if (found.expiresAt <= clock.now().getTime()) throw refused('it has expired')
      return { principal: userOf(id, found), expiresAt: found.expiresAt }
    })
  }
}

function identifySession(cookie: string, known: KnownIdentities): Soon<Identity> {
  const session = sha256Of(cookie)
  return then(known.session(session, true), (found) => {
    if (!found) throw new DomainError('unauthenticated', 'the session is over: log in again')
    const { expiresAt, ...person } = found
    return { principal: { kind: 'user', ...person, session }, expiresAt }
  })
}

const userOf = (id: string, { email, scopes }: FoundKey): User => ({
  kind: 'user',
  id: KEY_PREFIX + id,
  email,
  admin: scopes.includes('admin'),
  scopes,
})

function then<T, Result>(value: Soon<T>, next: (value: T) => Soon<Result>): Soon<Result> {
  return value instanceof Promise ? value.then(next) : next(value)
}

const refused = (reason: string): DomainError =>
  new DomainError('unauthenticated', `the key is not accepted: ${reason}`)
