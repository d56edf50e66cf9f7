import * as oidc from 'openid-client'
import { DomainError } from '../domain/errors.ts'
import type { Logger } from '../runtime/logger.ts'
import { abortAfter } from '../runtime/within.ts'
import { type ClaimRules, personOfClaims, type ProviderPerson } from './provider-claims.ts'

export interface ProviderSettings extends ClaimRules {
  issuer: string
  clientId: string
  /** undefined: a public client, which PKCE alone protects */
  clientSecret: string | undefined
  scopes: readonly string[]
  /** milliseconds that one request to the provider may take */
  timeout: number
  /** where the provider sends the browser back to */
  callbackUrl: string
  /** where it sends the browser after it has logged out */
  afterLogoutUrl: string
}

/** What the browser keeps between the beginning and the end of a login. */
export interface LoginChecks {
  state: string
  nonce: string
  /** PKCE (RFC 7636) */
  verifier: string
}

/** Whom a provider has logged in; the person is known by issuer and subject. */
export interface ProviderLogin {
  issuer: string
  subject: string
  person: ProviderPerson
  idToken: string
}

/** An identity provider: OpenID Connect Core with the authorization code flow, PKCE, state and nonce. */
export interface IdentityProvider {
  /** @returns the address of the provider's login. @throws DomainError unavailable */
  begin(): Promise<{ url: string; checks: LoginChecks }>
  /**
   * @param query of the request to the callback URL
   * @throws DomainError unauthenticated, forbidden (see personOfClaims), unavailable
   */
  finish(query: string, checks: LoginChecks): Promise<ProviderLogin>
  /**
   * Where a browser ends its session at the provider (RP-Initiated Logout); undefined where the provider has no such place,
   * or does not answer.
   * @param idToken of the login, if it is known
   */
  logoutUrl(idToken: string | undefined): Promise<string | undefined>
}

/** Metadata is read again after this time, in milliseconds. */
const METADATA_AGE = 600_000

/** Asks nothing of the provider before the first login: it may be away when docmgr starts. */
export function createIdentityProvider(settings: ProviderSettings, log: Logger): IdentityProvider {
  const { callbackUrl, afterLogoutUrl, scopes } = settings
  const open = createDiscovery(settings, log)
  return {
    async begin() {
      const config = await open()
      const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()]
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: callbackUrl,
        scope: [...new Set(['openid', ...scopes])].join(' '),
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, checks: { state, nonce, verifier } }
    },
    async finish(query, { state, nonce, verifier }) {
      const config = await open()
      try {
        const tokens = await oidc.authorizationCodeGrant(config, new URL(`${callbackUrl}?${query}`), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        })
        const claims = tokens.claims()!
        const hasInfo = config.serverMetadata().userinfo_endpoint !== undefined
        const info = hasInfo ? await oidc.fetchUserInfo(config, tokens.access_token, claims.sub) : {}
        const person = personOfClaims([info, claims], settings)
        return { issuer: claims.iss, subject: claims.sub, person, idToken: tokens.id_token! }
      } catch (error) {
        throw translate(error, log)
      }
    },
    async logoutUrl(idToken) {
      const config = await open().catch(() => undefined)
      if (config?.serverMetadata().end_session_endpoint === undefined) return undefined
      const hint = idToken === undefined ? {} : { id_token_hint: idToken }
      return oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: afterLogoutUrl, ...hint }).href
    },
  }
}

/** @returns a function for what a login needs: metadata is read when it is needed, by one request for all that wait for it */
function createDiscovery(
  { issuer, clientId, clientSecret, timeout }: ProviderSettings,
  log: Logger,
): () => Promise<oidc.Configuration> {
  const isPlain = issuer.startsWith('http:')
  const clientAuthentication = clientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(clientSecret)
  let found: { metadata: oidc.ServerMetadata; readAt: number } | undefined
  let reading: Promise<oidc.ServerMetadata> | undefined

  async function read(): Promise<oidc.ServerMetadata> {
    try {
      const execute = isPlain ? [oidc.allowInsecureRequests] : []
      const options = { execute, [oidc.customFetch]: fetchWithin(timeout) }
      const config = await oidc.discovery(new URL(issuer), clientId, undefined, clientAuthentication, options)
      found = { metadata: config.serverMetadata(), readAt: performance.now() }
    } catch (error) {
      log.warn({ issuer, ...reasonOf(error) }, 'the metadata of the identity provider could not be read')
      if (!found) throw away(error)
    } finally {
      reading = undefined
    }
    return found.metadata
  }
  return async () => {
    const isFresh = found !== undefined && performance.now() - found.readAt < METADATA_AGE
    const metadata = isFresh ? found!.metadata : await (reading ??= read())
    // The library keeps the provider's keys with the object: a new one reads them again, so that rotated keys count at once.
    const config = new oidc.Configuration({ ...metadata }, clientId, undefined, clientAuthentication)
    config[oidc.customFetch] = fetchWithin(timeout)
    if (isPlain) oidc.allowInsecureRequests(config)
    oidc.enableNonRepudiationChecks(config)
    return config
  }
}

/** The library's own deadline can be collected before it ends. @throws TypeError where there is no answer in time */
const fetchWithin =
  (timeout: number): oidc.CustomFetch =>
  (url, options) =>
    fetch(url, { ...options, signal: abortAfter(timeout) } as RequestInit).catch((cause: unknown) => {
      throw new TypeError('no answer', { cause })
    })

/** Codes of the library for a provider that fails, not for a login that it refuses. */
const FAILURES = [
  'OAUTH_TIMEOUT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
]
/** Codes of RFC 6749, 4.1.2.1 and 5.2, that are no fault of who logs in. */
const REFUSALS_OF_CLIENT = [
  'invalid_client',
  'unauthorized_client',
  'invalid_scope',
  'unsupported_response_type',
]
const FAILURES_OF_SERVER = ['server_error', 'temporarily_unavailable']

function translate(error: unknown, log: Logger): DomainError {
  if (error instanceof DomainError) return error
  const reason = reasonOf(error)
  const answer =
    error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError
      ? error.error.slice(0, MAX_ANSWER)
      : undefined
  if (answer !== undefined && REFUSALS_OF_CLIENT.includes(answer)) {
    log.error(reason, 'the identity provider refuses docmgr: look at auth.oidc')
    return new DomainError('unavailable', `the identity provider refuses docmgr (${answer})`, {
      cause: error,
    })
  }
  const isFailure = error instanceof TypeError || FAILURES.includes(String(reason.code))
  if (isFailure || (answer !== undefined && FAILURES_OF_SERVER.includes(answer))) {
    log.warn(reason, 'the identity provider does not answer as it should')
    return away(error)
  }
  log.info(reason, 'a login was refused')
  const why = answer === undefined ? '' : ` (${answer})`
  return new DomainError('unauthenticated', `the login is not accepted${why}: begin again`, { cause: error })
}

const MAX_ANSWER = 50

/** For the log. What else these errors have can be claims and codes. */
const reasonOf = (error: unknown): { reason: string; code: unknown } => {
  const { message, code } = error as Error & { code?: unknown }
  return { reason: message, code }
}

const away = (cause: unknown): DomainError =>
  new DomainError('unavailable', 'the identity provider does not answer: try again', { cause })
