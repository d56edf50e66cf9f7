import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { SignJWT } from 'jose'
import jwt from 'jsonwebtoken'
import { isProblem } from '../domain/errors.ts'
import { ed25519KeyId, ed25519PrivateKey } from '../runtime/ed25519.ts'
import { createKeyPair } from '../testing/service-keys.ts'
import { TOKEN_SETTINGS } from '../testing/token-cases.ts'
import { createServiceTokens } from './service-tokens.ts'
import { createTokens } from './tokens.ts'

let now = Date.parse('2026-03-01T12:00:00Z')
const clock = { now: () => new Date(now) }
const [signature, ws, next] = [createKeyPair(), createKeyPair(), createKeyPair()]
const keys = [`signature:${signature.publicKey}`, `ws:${ws.publicKey}`, `ws:${next.publicKey}`]
const document = createServiceTokens({ keys }, clock)
const rolesOf = async (key: string) =>
  document.authenticate(await createServiceTokens({ key, keys: [] }, clock).authorize())

const own = ed25519PrivateKey(ws.key)!
const seconds = () => Math.floor(now / 1_000)

/** A token of the ws role, unless `header` and `claims` say otherwise. */
function make({
  header = {},
  claims = {},
  key = own,
}: {
  header?: object
  claims?: object
  key?: typeof own
}) {
  const payload = { aud: 'docmgr-services', iat: seconds(), exp: seconds() + 300, ...claims }
  const full = { alg: 'EdDSA', kid: ed25519KeyId(own), typ: 'docmgr-service+jwt', ...header }
  return new SignJWT(payload).setProtectedHeader(full).sign(key)
}

test('the key says which role it is, also one of two keys while a key is replaced', async () => {
  assert.deepEqual(await rolesOf(signature.key), ['signature'])
  assert.deepEqual(await rolesOf(ws.key), ['ws'])
  assert.deepEqual(await rolesOf(next.key), ['ws'])
  const both = createServiceTokens({ keys: [`ws:${ws.publicKey}`, `search:${ws.publicKey}`] }, clock)
  assert.deepEqual(await both.authenticate(`Service ${await make({})}`), ['ws', 'search'])
})

test('a token is used again for half of its time, and none is accepted after it has expired', async () => {
  const process = createServiceTokens({ key: ws.key, keys: [] }, clock)
  const first = await process.authorize()
  now += 149_000
  assert.equal(await process.authorize(), first)
  now += 1_000
  assert.notEqual(await process.authorize(), first)
  assert.deepEqual(await document.authenticate(first), ['ws'])
  now += 211_000
  await assert.rejects(document.authenticate(first), /expired/)
})

test('a token that was made while the clock ran ahead is not used after the clock was set back', async () => {
  const process = createServiceTokens({ key: ws.key, keys: [] }, clock)
  now += 3_600_000
  const ahead = await process.authorize()
  now -= 3_600_000
  await assert.rejects(document.authenticate(ahead), /iat is in the future/)
  assert.deepEqual(await document.authenticate(await process.authorize()), ['ws'])
})

test('keys for another purpose are the same in processes with one private key, and of no other', () => {
  const keysOf = (key?: string, purpose = 'tickets') =>
    createServiceTokens({ key, keys: [] }, clock)
      .deriveKeys(purpose)
      .map((one) => one.toString('hex'))
  assert.deepEqual(keysOf(ws.key), keysOf(ws.key))
  assert.equal(new Set([ws.key, signature.key].flatMap((key) => keysOf(key))).size, 2)
  assert.notDeepEqual(keysOf(ws.key), keysOf(ws.key, 'logins'))
  assert.deepEqual(keysOf(), [])
})

test('a process without a key calls nobody', async () => {
  const failure = (error: unknown): boolean =>
    isProblem(error, 'unavailable') && /auth\.services\.key/.test(error.message)
  await assert.rejects(createServiceTokens({ keys }, clock).authorize(), failure)
})

const REFUSED: Record<string, { token: () => Promise<string> | string; reason: RegExp }> = {
  'with an unknown kid': {
    token: () => make({ header: { kid: 'ws' } }),
    reason: /kid names no key/,
  },
  'without a kid': { token: () => make({ header: { kid: undefined } }), reason: /kid names no key/ },
  'of another key under its kid': {
    token: () => make({ key: ed25519PrivateKey(createKeyPair().key)! }),
    reason: /signature does not match/,
  },
  "of another role's key under its kid": {
    token: () => make({ header: { kid: ed25519KeyId(ed25519PrivateKey(signature.key)!) } }),
    reason: /signature does not match/,
  },
  'for another audience': { token: () => make({ claims: { aud: 'docmgr' } }), reason: /aud/ },
  'without an audience': { token: () => make({ claims: { aud: undefined } }), reason: /aud/ },
  'of another type': { token: () => make({ header: { typ: 'JWT' } }), reason: /typ/ },
  'that has expired': {
    token: () => make({ claims: { iat: seconds() - 361, exp: seconds() - 61 } }),
    reason: /expired/,
  },
  'without an end': { token: () => make({ claims: { exp: undefined } }), reason: /exp/ },
  'that lasts too long': { token: () => make({ claims: { exp: seconds() + 301 } }), reason: /at most 300/ },
  'from the future': {
    token: () => make({ claims: { iat: seconds() + 120, exp: seconds() + 180 } }),
    reason: /iat is in the future/,
  },
  'signed by HS256 with the public key as the secret': {
    token: () =>
      jwt.sign(
        { aud: 'docmgr-services' },
        Buffer.from(createPublicKey(own).export({ format: 'pem', type: 'spki' })),
        {
          algorithm: 'HS256',
          keyid: ed25519KeyId(own),
          expiresIn: 60,
        },
      ),
    reason: /alg must be EdDSA/,
  },
  'without a signature': {
    token: () => {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
      return `${part({ alg: 'none', kid: ed25519KeyId(own) })}.${part({ aud: 'docmgr-services' })}.AA`
    },
    reason: /alg must be EdDSA/,
  },
  'of a user': {
    token: () => createTokens(TOKEN_SETTINGS, clock).sign({ id: 'ws', email: 'ws@example.com', admin: true }),
    reason: /alg must be EdDSA/,
  },
}

for (const [name, { token, reason }] of Object.entries(REFUSED)) {
  test(`a service token ${name} is refused`, async () => {
    const text = await token()
    await assert.rejects(
      document.authenticate(`Service ${text}`),
      (error) => isProblem(error, 'unauthenticated') && reason.test(error.message),
    )
  })
}

test('a service token is no token of a user', async () => {
  const token = await make({})
  const users = createTokens(TOKEN_SETTINGS, clock)
  assert.throws(() => users.verify(token), /alg must be HS256/)
  await assert.rejects(document.authenticate(`Bearer ${token}`), /must be `Service`/)
})
