/** Tokens made by hand, with what every edge has to say about them. */
import { createHmac } from 'node:crypto'

export const TOKEN_SETTINGS = {
  secret: 'the secret of a test, 32 bytes long',
  issuer: 'docmgr',
  audience: 'docmgr',
  lifetime: 3_600,
}

export interface TokenCase {
  /** goes on after "a token" */
  name: string
  /** @param now seconds */
  make(now: number, claims?: object): string
  /** of the refusal; undefined: it is accepted */
  reason?: RegExp
}

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

const hash = (alg: string): string => `sha${alg.slice(2)}`

function signToken(header: object, claims: object | string, secret = TOKEN_SETTINGS.secret): string {
  const { alg = 'HS256' } = header as { alg?: unknown }
  const text = `${part(header)}.${part(claims)}`
  const signature = /^HS\d+$/.test(String(alg))
    ? createHmac(hash(String(alg)), secret)
        .update(text)
        .digest('base64url')
    : 'AAAA'
  return `${text}.${signature}`
}

const HEADER = { alg: 'HS256', typ: 'JWT' }
const claimsAt = (now: number): object => ({
  sub: 'u1',
  email: 'ada@example.com',
  iss: TOKEN_SETTINGS.issuer,
  aud: TOKEN_SETTINGS.audience,
  iat: now,
  exp: now + 3_600,
})

const withHeader = (name: string, header: object, reason?: RegExp): TokenCase => ({
  name,
  make: (now, claims) => signToken({ ...HEADER, ...header }, { ...claimsAt(now), ...claims }),
  ...(reason && { reason }),
})
/** Signed with a key that the header makes known. */
const withForeignKey = (name: string, header: object, secret: string): TokenCase => ({
  name,
  make: (now) => signToken({ ...HEADER, ...header }, claimsAt(now), secret),
  reason: /signature/,
})
const withClaims = (name: string, change: (now: number) => object, reason?: RegExp): TokenCase => ({
  name,
  make: (now) => signToken(HEADER, { ...claimsAt(now), ...change(now) }),
  ...(reason && { reason }),
})
const DAY = 86_400

export const TOKEN_CASES: readonly TokenCase[] = [
  withHeader('with all claims', {}),
  withHeader('without typ', { typ: undefined }),
  withHeader('of type at+jwt', { typ: 'at+JWT' }),
  withHeader('of type application/at+jwt', { typ: 'application/at+jwt' }),
  withHeader('with a key id', { kid: 'k1' }),
  withHeader('of another type', { typ: 'dpop+jwt' }, /typ must be/),
  withHeader('of a type that is no text', { typ: 7 }, /typ must be/),
  withHeader('with crit', { crit: ['exp'] }, /crit/),
  withHeader('with an empty crit', { crit: [] }, /crit/),
  withHeader('with b64 false', { crit: ['b64'], b64: false }, /crit/),
  withHeader('without a signature', { alg: 'none' }, /alg must be/),
  withHeader('with HS384', { alg: 'HS384' }, /alg must be/),
  withHeader('with HS512', { alg: 'HS512' }, /alg must be/),
  withHeader('with RS256', { alg: 'RS256' }, /alg must be/),
  withHeader('with alg in lower case', { alg: 'hs256' }, /alg must be/),
  withHeader('with alg in capitals', { alg: 'NONE' }, /alg must be/),
  withHeader('with an empty alg', { alg: '' }, /alg must be/),
  withHeader('with a list of algs', { alg: ['HS256'] }, /alg must be/),
  withHeader('with ES256', { alg: 'ES256' }, /alg must be/),
  withHeader('with PS256', { alg: 'PS256' }, /alg must be/),
  withHeader('with EdDSA', { alg: 'EdDSA' }, /alg must be/),
  withForeignKey('whose key id is the path of an empty file', { kid: '../../../../dev/null' }, ''),
  withForeignKey('whose key id ends a statement', { kid: "k' union select 'x" }, 'x'),
  withForeignKey('that has its key with it', { jwk: { kty: 'oct', k: part('x') } }, 'x'),
  withForeignKey('that says where its key is', { jku: 'http://127.0.0.1:9/keys' }, 'x'),
  withForeignKey('with a certificate', { x5c: [part('x')] }, 'x'),
  {
    name: 'without the signature that its header names',
    make: (now) => signToken(HEADER, claimsAt(now)).replace(/[^.]+$/, ''),
    reason: /JWT/,
  },
  {
    name: 'of another secret',
    make: (now) => signToken(HEADER, claimsAt(now), 'another secret, which is long enough'),
    reason: /signature/,
  },
  { name: 'whose payload is no object', make: () => signToken(HEADER, '"u1"'), reason: /./ },
  { name: 'whose payload is no JSON', make: () => signToken(HEADER, 'u1'), reason: /./ },
  { name: 'of three words', make: () => 'a.b.c', reason: /header/ },
  {
    name: 'whose header is a list',
    make: (now) => signToken([], claimsAt(now)),
    reason: /header/,
  },
  withClaims('without exp', () => ({ exp: undefined }), /exp is missing/),
  withClaims('whose exp is text', (now) => ({ exp: String(now + 60) }), /exp/),
  withClaims('whose exp is null', () => ({ exp: null }), /exp/),
  withClaims('that has expired', (now) => ({ exp: now - 61 }), /expired/),
  // Some time is left of the leeway for the request that brings it.
  withClaims('that has expired within the leeway', (now) => ({ exp: now - 30 })),
  withClaims('that is valid for 30 days', (now) => ({ exp: now + 30 * DAY })),
  withClaims('that is valid for 31 days', (now) => ({ exp: now + 31 * DAY }), /exp is too far/),
  withClaims(
    'of long ago, valid for long',
    (now) => ({ iat: now - 31 * DAY, exp: now + 60 }),
    /exp is too far/,
  ),
  withClaims(
    'without iat, valid for long',
    (now) => ({ iat: undefined, exp: now + 40 * DAY }),
    /exp is too far/,
  ),
  withClaims('that never ends', () => ({ exp: 1e300 }), /exp/),
  withClaims('without iat', () => ({ iat: undefined })),
  withClaims('issued within the leeway', (now) => ({ iat: now + 59 })),
  withClaims('issued in the future', (now) => ({ iat: now + 120, exp: now + 180 }), /iat/),
  withClaims('whose iat is text', () => ({ iat: 'now' }), /iat/),
  withClaims('valid from within the leeway', (now) => ({ nbf: now + 3 })),
  withClaims('valid from later on', (now) => ({ nbf: now + 120 }), /nbf/),
  withClaims('whose nbf is text', () => ({ nbf: 'now' }), /nbf/),
  withClaims('of another issuer', () => ({ iss: 'other' }), /iss/),
  withClaims('without an issuer', () => ({ iss: undefined }), /iss/),
  withClaims('for another audience', () => ({ aud: 'other' }), /aud/),
  withClaims('for several audiences', () => ({ aud: ['other', 'docmgr'] })),
  withClaims('without sub', () => ({ sub: undefined }), /sub is missing/),
  withClaims('with an empty sub', () => ({ sub: '' }), /sub/),
  withClaims('whose sub is too long', () => ({ sub: 'u'.repeat(256) }), /sub/),
  withClaims('whose sub is a list', () => ({ sub: ['u1'] }), /sub/),
  withClaims('without email', () => ({ email: undefined }), /email is missing/),
  withClaims('with an invalid email', () => ({ email: 'x' }), /email/),
  withClaims(
    'whose email has a second line',
    () => ({ email: 'ada@example.com\nroot@example.com' }),
    /email/,
  ),
  withClaims('whose admin is a number', () => ({ admin: 1 }), /admin/),
  withClaims('whose admin is text', () => ({ admin: 'true' }), /admin/),
]
