/** What a ws process has in production makes no token that any edge accepts. */
import assert from 'node:assert/strict'
import { createHmac, createPublicKey, type KeyObject, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Client, credentials, Metadata, status } from '@grpc/grpc-js'
import { SignJWT } from 'jose'
import { parse } from 'yaml'
import { loadConfig } from '../config/load-config.ts'
import { RPC_ROLES } from '../rpc/policies.ts'
import { systemClock } from '../runtime/clock.ts'
import { ed25519KeyId, ed25519PrivateKey } from '../runtime/ed25519.ts'
import { openTestDatabase } from '../testing/database.ts'
import { openEdges } from '../testing/edges.ts'
import { createKeyPair } from '../testing/service-keys.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { startTestService } from '../testing/test-service.ts'
import { createServiceTokens } from './service-tokens.ts'

const folder = await mkdtemp(join(tmpdir(), 'docmgr-ws-environment-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))

interface Container {
  environment: Record<string, string>
  secrets: string[]
}
const text = await readFile('compose.production.yml', 'utf8')
const { services } = parse(text, { merge: true, logLevel: 'error' }) as {
  services: Record<'document' | 'ws', Container>
}

const pair = createKeyPair()
const pem = (key: string): string => `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`
const password = (): string => randomBytes(24).toString('hex')
/** As docker/secrets makes them; each time other ones. */
const CONTENTS: Record<string, () => string> = {
  auth_secret: password,
  auth_second_secret: password,
  oidc_client_secret: password,
  scrape_token: password,
  service_keys: () => `ws:${pair.publicKey}\n`,
  service_ws_key: () => pem(pair.key),
  service_ws_second_key: () => pem(createKeyPair().key),
  kafka_ws_url: () => `kafka://ws:${password()}@kafka:9092?sasl=plain`,
  redis_ws_url: () => `redis://ws:${password()}@redis:6379`,
  redis_document_url: () => `redis://document:${password()}@redis:6379`,
  postgres_document_url: () => `postgres://document:${password()}@pgbouncer:6432/docmgr`,
  s3_document_password: password,
}

/** The environment of a role in compose.production.yml, with files for its secrets. */
async function environmentOf(role: 'document' | 'ws') {
  const { environment, secrets } = services[role]
  const env = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      // No variable is set: ${NAME:-text} is the text, ${NAME:+text} is empty.
      value
        .replace('/run/secrets', folder)
        .replace(/\$\{\w+:-([^}]*)\}/g, '$1')
        .replace(/\$\{\w+:\+[^}]*\}/g, ''),
    ]),
  )
  const files = secrets.map((name) => CONTENTS[name]!())
  await Promise.all(secrets.map((name, place) => writeFile(join(folder, name), files[place]!)))
  const { config } = await loadConfig({ cwd: folder, env: { ...env, DOCMGR_ROLES: role } })
  return { auth: config.auth, texts: [...Object.values(env), ...files] }
}
const [ofDocument, ofWs] = [await environmentOf('document'), await environmentOf('ws')]

const database = await openTestDatabase(TEST_FILE)
const limits = { addressRequests: 'off', principalRequests: 'off' } as const
const document = await startTestService(
  { roles: ['document'], database, settings: { auth: ofDocument.auth, limits, listen: { grpc: 0 } } },
  TEST_FILE,
)
const documents = { url: `grpc://${document.grpc}` }
const ws = await startTestService(
  { roles: ['ws'], database, settings: { auth: { ...ofWs.auth, secret: undefined }, limits, documents } },
  TEST_FILE,
)
const edges = Object.entries(await openEdges(document, TEST_FILE, ws))

const key = ed25519PrivateKey(ofWs.auth.services.key!)!
const [ticketKey] = createServiceTokens(ofWs.auth.services, systemClock).deriveKeys('tickets')

/** Each form of a key that could be taken for a secret. */
function formsOf(one: KeyObject): (string | Buffer)[] {
  const type = one.type === 'private' ? 'pkcs8' : 'spki'
  const der = one.export({ format: 'der', type }) as Buffer
  const jwk = Object.values(one.export({ format: 'jwk' })).map(String)
  const raw = der.subarray(-32)
  return [der, raw, one.export({ format: 'pem', type }) as string, ...jwk, ed25519KeyId(key)]
}
const known = [...ofWs.texts, ticketKey!, ...formsOf(key), ...formsOf(createPublicKey(key)), 'docmgr']
const secrets = new Set<string | Buffer>(
  known.flatMap((one) => [one, String(one).trim(), Buffer.from(String(one), 'base64'), one.toString('hex')]),
)

const claims = (): object => {
  const now = Math.floor(Date.now() / 1_000)
  const admin = { sub: 'root', email: 'root@example.com', admin: true, auditor: true, scope: 'admin' }
  return { ...admin, iss: 'docmgr', aud: 'docmgr', iat: now, exp: now + 300 }
}
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function signed(secret: string | Buffer, header: object = {}, algorithm = 'sha256'): string {
  const body = `${part({ alg: 'HS256', typ: 'JWT', ...header })}.${part(claims())}`
  return `${body}.${createHmac(algorithm, secret).update(body).digest('base64url')}`
}
const withKey = (header: object, changes: object): Promise<string> =>
  new SignJWT({ ...claims(), ...changes })
    .setProtectedHeader({ alg: 'EdDSA', kid: ed25519KeyId(key), typ: 'JWT', ...header })
    .sign(key)

test('the ws role has no secret of tokens, and the document role has one', () => {
  assert.equal(ofWs.auth.mode, 'required')
  assert.equal(ofWs.auth.secret ?? ofWs.auth.secondSecret, undefined)
  assert.equal(
    ofWs.texts.some((one) => one.includes(ofDocument.auth.secret!)),
    false,
  )
})

for (const [edge, reasonOf] of edges) {
  test(`${edge} accepts an administrator's token of the document role, and none that the ws role can make`, async () => {
    assert.equal(await reasonOf(signed(ofDocument.auth.secret!)), undefined)
    const service = { aud: 'docmgr-services' }
    const type = { typ: 'docmgr-service+jwt' }
    const own = createServiceTokens(ofWs.auth.services, systemClock)
    const tokens = [
      ...[...secrets].map((secret) => signed(secret)),
      signed('', { alg: 'none' }),
      `${part({ alg: 'none', typ: 'JWT' })}.${part(claims())}.AA`,
      `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims())}.AA`,
      ...['HS384', 'HS512'].map((alg) => signed(formsOf(key)[0]!, { alg }, `sha${alg.slice(2)}`)),
      signed(formsOf(createPublicKey(key))[2]!, { alg: 'EdDSA' }),
      await withKey({}, {}),
      await withKey({}, service),
      await withKey(type, service),
      await withKey(
        { ...type, jwk: createPublicKey(key).export({ format: 'jwk' }) },
        { aud: ['docmgr', 'docmgr-services'] },
      ),
      await withKey({ typ: 'at+jwt', kid: undefined }, { iss: 'docmgr-services' }),
      (await own.authorize()).slice('Service '.length),
    ]
    assert.ok(tokens.length > 50)
    for (const token of tokens) {
      const reason = await reasonOf(token)
      assert.match(String(reason), /^the token is not accepted: |^header authorization: /, token)
    }
  })
}

test('whatever a service token of the ws role says of itself, it calls what the table gives the role', async () => {
  const client = new Client(document.grpc!, credentials.createInsecure())
  TEST_FILE.after(() => client.close())
  const call = (path: string, token: string, forClient?: string): Promise<number> => {
    const metadata = new Metadata()
    metadata.set('authorization', `Service ${token}`)
    if (forClient !== undefined) metadata.set('docmgr-client', forClient)
    const raw = (bytes: Buffer): Buffer => bytes
    return new Promise((resolve) => {
      client.makeUnaryRequest(path, raw, raw, Buffer.alloc(0), metadata, (error) => resolve(error?.code ?? 0))
    })
  }
  const type = { typ: 'docmgr-service+jwt' }
  const aud = 'docmgr-services'
  for (const changes of [
    {},
    { sub: 'signature', roles: ['signature', 'document'], scope: 'admin' },
    { sub: 'document', iss: 'document' },
  ]) {
    const token = await withKey(type, { aud, ...changes })
    for (const [path, { itself, mode }] of RPC_ROLES) {
      const mayCall = itself.includes('ws') && mode === undefined
      const code = await call(path, token)
      assert.equal(code === status.PERMISSION_DENIED, !mayCall, `${path}: ${code}`)
      const forged = await call(path, token, `Bearer ${signed(ticketKey!)}`)
      assert.equal(forged, status.PERMISSION_DENIED, path)
    }
  }
  // The public key is known by its hash, and a role by its public key.
  for (const kid of ['ws', 'signature', 'document'])
    assert.equal(
      await call([...RPC_ROLES.keys()][0]!, await withKey({ ...type, kid }, { aud })),
      status.UNAUTHENTICATED,
    )
})
