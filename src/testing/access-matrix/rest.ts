import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Policy } from '../../domain/policy.ts'
import { pdf } from '../sample-files.ts'
import type { Caller } from './callers.ts'
import { type Ids, signedDocument, unknownIds } from './fixture.ts'
import { type MatrixTarget, request, type User } from './target.ts'

/** Whose handlers authenticate the caller themselves. */
const SELF = ['/auth/session', '/auth/oidc/login', '/auth/oidc/callback']
/** Of every process: probes, descriptions and the pages. */
const COMMON = ['health', 'meta', 'console']

export interface Operation {
  id: string
  method: string
  path: string
  policy: Policy
  /** a process that has it */
  base: string
}

interface Described {
  paths: Record<string, Record<string, { operationId: string; tags: string[]; 'x-policy': Policy }>>
}

/** What an operation's path, query and body are about; by default a document. */
const REQUESTS: Record<string, (ids: Ids, user: User | undefined) => Partial<Asked>> = {
  getSignature: ({ signature }) => ({ id: signature }),
  getSignatureImage: ({ signature }) => ({ id: signature }),
  createSignature: ({ document }, user) => ({
    body: { document_id: document, signer_email: user?.email ?? 'x@example.com', signer_name: 'X' },
  }),
  createDocument: () => ({ body: { title: 'X', content: 'x' } }),
  updateDocument: () => ({ body: { title: 'X' } }),
  deleteDocument: () => ({}),
  putDocumentAccess: () => ({ body: { role: 'reader' } }),
  deleteDocumentAccess: () => ({}),
  putPerson: () => ({ body: { email: 'new@example.com' } }),
  updatePerson: ({ person }) => ({ id: person, body: { name: 'X' } }),
  createLoginLink: ({ person }) => ({ id: person }),
  createKey: () => ({ body: { name: 'X', scopes: ['read'], expires_in_days: 1 } }),
  revokeKey: () => ({ id: 'x' }),
  endSession: () => ({ id: '0'.repeat(24) }),
  broadcastToDocument: ({ document }) => ({ id: document, body: { note: 'x' } }),
  retryDeadLetter: () => ({ body: { id: 'indexer/none' } }),
  searchDocuments: () => ({ query: '?q=lease' }),
  suggestQueries: () => ({ query: '?q=lea' }),
  countDocumentsByField: () => ({ id: 'status' }),
}

interface Asked {
  id: string
  body: unknown
  query: string
}

export async function statusOf(operation: Operation, { headers, user }: Caller, ids: Ids): Promise<number> {
  const { base, method, path, id } = operation
  const { id: named = ids.document, body, query = '' } = REQUESTS[id]?.(ids, user) ?? {}
  const filled = path
    .replace(/\{\w+\}/, named)
    .replace('{page}', '1')
    .replace(/\{\w+\}/, 'email:reader@example.com')
  const response = await request(base + filled + query, method, headers, body)
  // An event stream has no end.
  if (response.status === 200 && response.headers.get('content-type') === 'text/event-stream')
    await response.body!.cancel()
  else await response.arrayBuffer()
  return response.status
}

/** `done`: it is permitted, whatever else may be wrong with it. */
export function expectedOf(
  { policy, method, id }: Operation,
  caller: Caller,
  exists: boolean,
): number | 'done' {
  const { may, scopes, readsAll } = caller
  if (policy === 'public') return 'done'
  if (!may) return 401
  const hasScope = (scope: 'read' | 'write' | 'admin'): boolean => !scopes || scopes.includes(scope)
  if (policy === 'admin' || policy === 'operator')
    return may.includes('administer') && hasScope('admin') ? 'done' : 403
  if (!hasScope(method === 'GET' || id === 'createTicket' ? 'read' : 'write')) return 403
  if (policy === 'person') return scopes ? 403 : 'done'
  if (policy === 'known' || policy === 'list' || policy === 'create') return 'done'
  // For who may read everything it has counts of no views, as in the original.
  if (id === 'getDocumentStats' && !exists && readsAll) return 'done'
  if (!exists || !may.includes('read')) return 404
  const needed =
    ({ change: 'change', share: 'share', evidence: 'share' } as const)[policy as 'change'] ?? 'read'
  return may.includes(needed) ? 'done' : 403
}

export async function operationsOf({ processes }: MatrixTarget): Promise<Operation[]> {
  const found = new Map<string, Operation>()
  for (const base of processes) {
    const { paths } = (await (await fetch(`${base}/openapi.json`)).json()) as Described
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { operationId: id, tags, 'x-policy': policy }] of Object.entries(methods)) {
        if (SELF.includes(path) || tags.some((tag) => COMMON.includes(tag))) continue
        found.set(id, { id, method: method.toUpperCase(), path, policy, base })
      }
    }
  }
  return [...found.values()]
}

/** Every operation of REST, server-sent events included, for every caller. */
export async function testRest(target: MatrixTarget, callers: Record<string, Caller>): Promise<void> {
  const operations = await operationsOf(target)
  // With a page.
  const shared = await signedDocument(target, pdf(['x']).toString('latin1'))
  const unknown = unknownIds()

  async function check(operation: Operation, name: string, caller: Caller): Promise<void> {
    const own = operation.method === 'GET' ? shared : await signedDocument(target)
    for (const [which, ids] of [
      ['a document', own],
      ['an unknown document', unknown],
    ] as const) {
      const found = await statusOf(operation, caller, ids)
      const expected = expectedOf(operation, caller, ids === own)
      const about = `${name}, ${which}`
      if (expected !== 'done') assert.equal(found, expected, about)
      else assert.ok(found < 500 && found !== 401 && found !== 403, `${about}: ${found}`)
      // A reader does not get the answer for an unknown one; a signature without an image has none.
      if (expected === 'done' && ids === own && operation.id !== 'getSignatureImage')
        assert.notEqual(found, 404, about)
    }
  }

  for (const operation of operations) {
    void test(`${operation.method} ${operation.path} is for ${operation.policy}`, async () => {
      for (const [name, caller] of Object.entries(callers)) await check(operation, name, caller)
    })
  }

  void test('the matrix has every operation of all roles', () => {
    assert.ok(operations.length >= 24, operations.map(({ id }) => id).join())
    const withBody = operations.filter(({ method, id }) => method !== 'GET' && id !== 'createTicket')
    for (const { id } of withBody) assert.ok(id in REQUESTS, `${id} needs a request here`)
  })

  void test('a browser that has logged in acts for pages of the service itself only', async () => {
    const { cookie } = Object.values(callers).find(({ bySession }) => bySession)!.headers as {
      cookie: string
    }
    const changing = operations.filter(({ method, policy }) => method !== 'GET' && policy !== 'public')
    for (const page of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://other.example' }] as const) {
      const caller: Caller = { headers: { cookie, ...page } }
      for (const operation of changing)
        assert.equal(
          await statusOf(operation, caller, shared),
          403,
          `${operation.id} ${JSON.stringify(page)}`,
        )
    }
  })

  void test('only administrators, and keys with the scope, create and sign for others', async () => {
    for (const [name, { headers, may, scopes }] of Object.entries(callers)) {
      const forOthers = may?.includes('administer') === true || scopes?.includes('create:for-others') === true
      const { document } = shared
      const created = { title: 'X', content: 'x', created_by: 'other@example.com' }
      const create = await request(`${target.http}/documents`, 'POST', headers, created)
      assert.equal(create.status, may ? (forOthers ? 201 : 403) : 401, name)
      const signed = { document_id: document, signer_email: `${Math.random()}@example.com`, signer_name: 'O' }
      const sign = await request(`${target.http}/signatures`, 'POST', headers, signed)
      if (!may) assert.equal(sign.status, 401, name)
      else if (forOthers) assert.ok([201, 409].includes(sign.status), `${name}: ${sign.status}`)
      else assert.equal(sign.status, 403, name)
    }
  })
}
