/** Tokens as an identity provider signs them, and attacks on them, with what every edge has to say about them. */
import { createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { newKey, type ProviderKey } from './identity-provider.ts'

export const PROVIDER_AUDIENCE = 'docmgr-api'
/** What the provider publishes; the first signs logins. */
export const PROVIDER_KEYS = [newKey('rsa'), newKey('ec', 'ES256'), newKey('ed', 'EdDSA')] as const
const [RSA, EC, ED] = PROVIDER_KEYS
/** Nobody publishes them. */
const [FOREIGN, FOREIGN_EC] = [newKey('rsa'), newKey('ec', 'ES256')]

export interface ProviderTokenCase {
  /** goes on after "a token" */
  name: string
  /** @param now seconds */
  make(issuer: string, now: number): string
  /** of the refusal; undefined: it is accepted */
  reason?: RegExp
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** RFC 7515, with any header. */
function signWith(key: ProviderKey, header: object, claims: object): string {
  const text = `${part(header)}.${part(claims)}`
  const options = { key: createPrivateKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const
  const signature = sign(key.alg === 'EdDSA' ? null : 'sha256', Buffer.from(text), options)
  return `${text}.${signature.toString('base64url')}`
}

function hmacWith(secret: string | Buffer, header: object, claims: object): string {
  const text = `${part(header)}.${part(claims)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

export const providerClaims = (iss: string, now: number, change: object = {}): object => ({
  sub: 'ada-1',
  email: 'ada@example.com',
  email_verified: true,
  iss,
  aud: PROVIDER_AUDIENCE,
  iat: now,
  exp: now + 3_600,
  ...change,
})

const headerOf = ({ alg, kid }: ProviderKey): object => ({ alg, kid, typ: 'JWT' })
export const signProviderToken = (key: ProviderKey, claims: object): string =>
  signWith(key, headerOf(key), claims)

const signed = (name: string, key: ProviderKey, header: object, reason?: RegExp): ProviderTokenCase => ({
  name,
  make: (issuer, now) => signWith(key, { ...headerOf(key), ...header }, providerClaims(issuer, now)),
  ...(reason && { reason }),
})
const withClaims = (name: string, change: (now: number) => object, reason?: RegExp): ProviderTokenCase => ({
  name,
  make: (issuer, now) => signProviderToken(RSA, providerClaims(issuer, now, change(now))),
  ...(reason && { reason }),
})
/** The public key as the secret of HS256 (alg confusion). */
const withPublicKey = (name: string, secretOf: () => string | Buffer): ProviderTokenCase => ({
  name,
  make: (issuer, now) =>
    hmacWith(secretOf(), { ...headerOf(RSA), alg: 'HS256' }, providerClaims(issuer, now)),
  reason: /signature/,
})
const publicKey = () => createPublicKey(createPrivateKey({ key: RSA, format: 'jwk' }))
const publicJwk = () => publicKey().export({ format: 'jwk' })
const foreignJwk = () =>
  createPublicKey(createPrivateKey({ key: FOREIGN, format: 'jwk' })).export({ format: 'jwk' })
const DAY = 86_400

export const PROVIDER_TOKEN_CASES: readonly ProviderTokenCase[] = [
  signed('with RS256', RSA, {}),
  signed('with ES256', EC, {}),
  signed('with EdDSA', ED, {}),
  signed('of type at+jwt', RSA, { typ: 'at+JWT' }),
  signed('without kid, where one key is meant', EC, { kid: undefined }),
  withPublicKey('with HS256 and the public key as PEM', () =>
    publicKey().export({ type: 'spki', format: 'pem' }),
  ),
  withPublicKey('with HS256 and the public key as DER', () =>
    publicKey().export({ type: 'spki', format: 'der' }),
  ),
  withPublicKey('with HS256 and the public key as JWK', () => JSON.stringify(publicJwk())),
  withPublicKey('with HS256 and the modulus', () => String(publicJwk().n)),
  signed('without a signature', RSA, { alg: 'none' }, /alg must be/),
  signed('with PS256', RSA, { alg: 'PS256' }, /alg must be/),
  signed('with RS512', RSA, { alg: 'RS512' }, /alg must be/),
  signed('with ES384', EC, { alg: 'ES384' }, /alg must be/),
  signed('with alg in lower case', RSA, { alg: 'rs256' }, /alg must be/),
  signed('with a list of algs', RSA, { alg: ['RS256'] }, /alg must be/),
  signed('that says the alg of another key', EC, { alg: 'RS256' }, /kid and alg name no key/),
  signed('of an unknown key', RSA, { kid: 'unknown' }, /kid and alg name no key/),
  signed('whose kid is a path', FOREIGN, { kid: '../../../../dev/null' }, /kid and alg name no key/),
  signed('whose kid ends a statement', FOREIGN, { kid: "k' union select 'x" }, /kid and alg name no key/),
  signed('whose kid is a URL', FOREIGN, { kid: 'http://127.0.0.1:9/keys' }, /kid and alg name no key/),
  signed('of a foreign key with a known kid', FOREIGN, {}, /signature/),
  signed('of a foreign EC key with a known kid', FOREIGN_EC, {}, /signature/),
  signed('that has its key with it', FOREIGN, { jwk: foreignJwk() }, /signature/),
  signed('that says where its key is', FOREIGN, { jku: 'http://127.0.0.1:9/keys' }, /signature/),
  signed('that says where its certificate is', FOREIGN, { x5u: 'http://127.0.0.1:9/x' }, /signature/),
  signed('with a certificate', FOREIGN, { x5c: ['eA=='] }, /signature/),
  signed('of another type', RSA, { typ: 'logout+jwt' }, /typ must be/),
  signed('with crit', RSA, { crit: ['exp'] }, /crit/),
  signed('with b64 false', RSA, { crit: ['b64'], b64: false }, /crit/),
  {
    name: 'whose signature was cut off',
    make: (issuer, now) => signProviderToken(RSA, providerClaims(issuer, now)).replace(/.{20}$/, ''),
    reason: /signature/,
  },
  {
    name: 'whose claims were changed',
    make(issuer, now) {
      const [header, , signature] = signProviderToken(RSA, providerClaims(issuer, now)).split('.')
      return `${header}.${part(providerClaims(issuer, now, { groups: ['ops'] }))}.${signature}`
    },
    reason: /signature/,
  },
  withClaims('of another issuer', () => ({ iss: 'https://other.example' }), /iss/),
  withClaims("of docmgr's own issuer", () => ({ iss: 'docmgr' }), /iss/),
  withClaims('without an issuer', () => ({ iss: undefined }), /iss is missing/),
  withClaims('for another audience', () => ({ aud: 'docmgr' }), /aud/),
  withClaims('without an audience', () => ({ aud: undefined }), /aud is missing/),
  withClaims('for several audiences', () => ({ aud: ['other', PROVIDER_AUDIENCE] })),
  withClaims('that has expired', (now) => ({ exp: now - 61 }), /expired/),
  withClaims('that has expired within the leeway', (now) => ({ exp: now - 30 })),
  withClaims('without exp', () => ({ exp: undefined }), /exp is missing/),
  withClaims('whose exp is text', (now) => ({ exp: String(now + 60) }), /exp/),
  withClaims('that is valid for 31 days', (now) => ({ exp: now + 31 * DAY }), /exp is too far/),
  withClaims('that never ends', () => ({ exp: 1e300 }), /exp/),
  withClaims('issued in the future', (now) => ({ iat: now + 120, exp: now + 180 }), /iat/),
  withClaims('valid from later on', (now) => ({ nbf: now + 120 }), /nbf/),
  withClaims('without sub', () => ({ sub: undefined }), /sub is missing/),
  withClaims('with an empty sub', () => ({ sub: '' }), /sub/),
  withClaims('whose sub is a list', () => ({ sub: ['u1'] }), /sub/),
  withClaims('whose sub is too long', () => ({ sub: 'u'.repeat(255) }), /255/),
  withClaims('without email', () => ({ email: undefined }), /e-mail/),
  withClaims('with an invalid email', () => ({ email: 'x' }), /e-mail/),
  withClaims('with an email that is not verified', () => ({ email_verified: false }), /verified/),
  withClaims('that says nothing of the email', () => ({ email_verified: undefined }), /verified/),
]
