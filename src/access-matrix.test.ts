/**
 * Every operation × every kind of caller × an own, a foreign and an unknown document, where tokens are required. The
 * operations and their policies come from the service itself: one that is added fails until it has a request here.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, credentials, Metadata, status } from '@grpc/grpc-js'
import { WebSocket } from 'ws'
import { createApiKey, sha256Of } from './auth/api-keys.ts'
import { createKeyStore } from './db/key-store.ts'
import { createPersonStore } from './db/person-store.ts'
import type { Policy } from './domain/policy.ts'
import { RPC_POLICIES } from './rpc/policies.ts'
import { within } from './testing/deadline.ts'
import { createGrants } from './testing/grants.ts'
import { TEST_FILE } from './testing/test-file.ts'
import { newId, startTestService } from './testing/test-service.ts'
import { TOKEN_CASES, TOKEN_SETTINGS } from './testing/token-cases.ts'

/** Whose handlers authenticate the caller themselves. */
const SELF = ['/auth/session', '/auth/oidc/login', '/auth/oidc/callback']
/** The groups of operations whose role asks who may read a document. */
const GROUPS = ['document', 'signature', 'ws']

const service = await startTestService(
  {
    roles: ['document', 'signature', 'ws'],
    settings: {
      auth: { mode: 'required', secret: TOKEN_SETTINGS.secret },
      listen: { grpc: 0 },
      limits: { principalRequests: 'off', addressRequests: 'off' },
    },
  },
  TEST_FILE,
)
const { pool } = service.database
const [grants, people, keys] = [createGrants(service), createPersonStore(pool), createKeyStore(pool)]

type User = { id: string; email: string; admin?: boolean }
const userOf = (id: string): User => ({ id, email: `${id}@example.com` })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const OWNER = userOf('owner')
const DISABLED = userOf('disabled')

const now = Math.floor(Date.now() / 1_000)
const tokenCase = (name: string): string => TOKEN_CASES.find((one) => one.name === name)!.make(now)

await people.put(newId(), DISABLED.email)
await people.setDisabled(DISABLED.email, true)

async function readingKeyOf({ email }: User): Promise<string> {
  const { id: personId } = await people.put(newId(), email)
  const key = createApiKey()
  const expiresAt = new Date(Date.now() + 600_000).toISOString()
  const secretSha256 = sha256Of(key.secret)
  await keys.add({ id: key.id, name: 'ci', secretSha256, personId, scopes: ['read'], expiresAt })
  return key.text
}

interface Kind {
  headers: Record<string, string>
  /** undefined: the credential is refused */
  may?: readonly ('read' | 'change' | 'share' | 'administer')[]
  user?: User
  /** its scopes permit no more */
  readsOnly?: true
}

const asUser = (user: User, may: NonNullable<Kind['may']>): Kind => ({
  headers: bearer(service.token(user)),
  user,
  may,
})

/** Who calls, and what they may do with the document of the owner. */
const KINDS: Record<string, Kind> = {
  anonymous: { headers: {} },
  expired: { headers: bearer(tokenCase('that has expired')) },
  'wrong audience': { headers: bearer(tokenCase('for another audience')) },
  'a role of the service': {
    headers: { authorization: service.serviceTokens.authorize({ kind: 'system', name: 'signature' }) },
  },
  'a disabled person': { headers: bearer(service.token(DISABLED)) },
  stranger: asUser(userOf('stranger'), []),
  reader: asUser(userOf('reader'), ['read']),
  editor: asUser(userOf('editor'), ['read', 'change']),
  owner: asUser(OWNER, ['read', 'change', 'share']),
  administrator: asUser({ ...userOf('root'), admin: true }, ['read', 'change', 'share', 'administer']),
  "a key of the owner's that only reads": {
    headers: bearer(await readingKeyOf(OWNER)),
    user: OWNER,
    may: ['read', 'change', 'share'],
    readsOnly: true,
  },
}

/** A document of the owner's with a reader and an editor, and a signature by someone else. */
async function fixture() {
  const body = { title: 'Lease', content: 'x', created_by: OWNER.email }
  const answer = await service.send('POST', '/documents', body, bearer(service.token(OWNER)))
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  const { id } = answer.body as { id: string }
  await grants.give(id, 'reader@example.com', 'reader')
  await grants.give(id, 'editor@example.com', 'editor')
  return { document: id, signature: await service.rows.sign(id) }
}
type Ids = Awaited<ReturnType<typeof fixture>>

interface Operation {
  id: string
  method: string
  path: string
  policy: Policy
}

/** What an operation's path and body are about; by default a document. */
const REQUESTS: Record<string, (ids: Ids, caller: User | undefined) => { id?: string; body?: unknown }> = {
  getSignature: ({ signature }) => ({ id: signature }),
  getSignatureImage: ({ signature }) => ({ id: signature }),
  createSignature: ({ document }, caller) => ({
    body: { document_id: document, signer_email: caller?.email ?? 'x@example.com', signer_name: 'X' },
  }),
  createDocument: () => ({ body: { title: 'X', content: 'x' } }),
  updateDocument: () => ({ body: { title: 'X' } }),
  deleteDocument: () => ({}),
  putDocumentAccess: () => ({ body: { role: 'reader' } }),
  deleteDocumentAccess: () => ({}),
  broadcastToDocument: ({ document }) => ({ id: document, body: { note: 'x' } }),
}

async function statusOf({ id, method, path }: Operation, kind: Kind, ids: Ids): Promise<number> {
  const { id: named = ids.document, body } = REQUESTS[id]?.(ids, kind.user) ?? {}
  const abort = new AbortController()
  const response = await fetch(
    service.url + path.replace(/\{\w+\}/, named).replace(/\{\w+\}/, 'email:reader@example.com'),
    {
      method,
      headers: { ...kind.headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: abort.signal,
    },
  )
  // An event stream has no end.
  if (response.status === 200 && response.headers.get('content-type') === 'text/event-stream') abort.abort()
  else await response.arrayBuffer()
  return response.status
}

/** `done`: it is permitted, whatever else may be wrong with it. */
function expectedOf({ policy, method, id }: Operation, { may, readsOnly }: Kind, exists: boolean) {
  if (policy === 'public') return 'done'
  if (!may) return 401
  if (policy === 'admin' || policy === 'operator')
    return may.includes('administer') && !readsOnly ? 'done' : 403
  if (readsOnly && method !== 'GET' && id !== 'createTicket') return 403
  if (policy === 'known' || policy === 'list' || policy === 'create') return 'done'
  // For who may read everything it has counts of no views, as in the original.
  if (id === 'getDocumentStats' && !exists && may.includes('administer')) return 'done'
  if (!exists || !may.includes('read')) return 404
  const needed =
    ({ change: 'change', share: 'share', evidence: 'share' } as const)[policy as 'change'] ?? 'read'
  return may.includes(needed) ? 'done' : 403
}

const describes = (await service.get('/openapi.json')).body as {
  paths: Record<string, Record<string, { operationId: string; tags: string[]; 'x-policy': Policy }>>
}
const operations = Object.entries(describes.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([, { tags }]) => tags.some((tag) => GROUPS.includes(tag)) && !SELF.includes(path))
    .map(([method, operation]): Operation => {
      return { id: operation.operationId, method: method.toUpperCase(), path, policy: operation['x-policy'] }
    }),
)
const shared = await fixture()
const unknown = { document: newId(), signature: newId() }

for (const operation of operations) {
  test(`${operation.method} ${operation.path} is for ${operation.policy}`, async () => {
    for (const [name, kind] of Object.entries(KINDS)) {
      const own = operation.method === 'GET' ? shared : await fixture()
      for (const [which, ids] of [
        ['a document', own],
        ['an unknown document', unknown],
      ] as const) {
        const found = await statusOf(operation, kind, ids)
        const expected = expectedOf(operation, kind, ids === own)
        const about = `${name}, ${which}`
        if (expected !== 'done') assert.equal(found, expected, about)
        else assert.ok(found < 500 && found !== 401 && found !== 403, `${about}: ${found}`)
        // A reader does not get the answer for an unknown one; a signature without an image has none.
        if (expected === 'done' && ids === own && operation.id !== 'getSignatureImage')
          assert.notEqual(found, 404, about)
      }
    }
  })
}

test('the matrix has every operation of its roles', () => {
  assert.ok(operations.length >= 10, `${operations.length}`)
  const withBody = operations.filter(({ method, id }) => method !== 'GET' && id !== 'createTicket')
  for (const { id } of withBody) assert.ok(id in REQUESTS, `${id} needs a request here`)
})

/** How an upgrade ends, as a status of HTTP: a page learns of missing credentials by a close only. */
async function upgradeStatus(path: string, { headers }: Kind): Promise<number> {
  const ws = new WebSocket(service.url.replace('http', 'ws') + path, { headers })
  const status = new Promise<number>((resolve) => {
    ws.on('unexpected-response', (_request, response) => resolve(response.statusCode!))
    ws.on('message', () => resolve(101)).on('close', (code) => resolve(code === 1008 ? 401 : code))
    ws.on('error', () => {})
  })
  return within(10_000, 'an answer', status).finally(() => ws.terminate())
}

test('a WebSocket of one document is for who may read it, that of all for everyone known', async () => {
  for (const [name, kind] of Object.entries(KINDS)) {
    const may = kind.may
    assert.equal(await upgradeStatus('/ws', kind), may ? 101 : 401, name)
    const expected = may ? (may.includes('read') ? 101 : 404) : 401
    assert.equal(await upgradeStatus(`/ws/${shared.document}`, kind), expected, name)
    assert.equal(await upgradeStatus(`/ws/${unknown.document}`, kind), may ? 404 : 401, name)
  }
})

const grpc = new Client(service.grpc!, credentials.createInsecure())
TEST_FILE.after(() => grpc.close())

for (const [path] of [...RPC_POLICIES].filter(([, policy]) => policy === 'service')) {
  test(`${path} is for roles of the service only`, async () => {
    const raw = (bytes: Buffer): Buffer => bytes
    for (const [name, { headers, may }] of Object.entries(KINDS)) {
      const metadata = new Metadata()
      for (const [key, value] of Object.entries(headers)) metadata.set(key, value)
      const code = await new Promise<number>((resolve) => {
        grpc.makeUnaryRequest(path, raw, raw, Buffer.alloc(0), metadata, (error) => resolve(error?.code ?? 0))
      })
      if (name !== 'a role of the service')
        assert.equal(code, may ? status.PERMISSION_DENIED : status.UNAUTHENTICATED, name)
    }
  })
}
