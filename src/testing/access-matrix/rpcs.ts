import assert from 'node:assert/strict'
import { test } from 'node:test'
import { create, type DescMethod, fromBinary, toBinary } from '@bufbuild/protobuf'
import { Client, credentials, Metadata, status } from '@grpc/grpc-js'
import { DocumentService } from '../../rpc/gen/document_pb.ts'
import { RPC_POLICIES, RPC_ROLES } from '../../rpc/policies.ts'
import { TEST_FILE } from '../test-file.ts'
import { type Caller, overRpc } from './callers.ts'
import { ownedDocument, unknownIds } from './fixture.ts'
import { type MatrixTarget, request } from './target.ts'

interface Called {
  code: number
  /** of DocumentExists */
  exists: boolean
}
type Call = (method: DescMethod, fields: object, headers: Caller['headers']) => Promise<Called>

/** The codes of Connect (connectrpc.com/docs/protocol) that callers can get here. */
const CONNECT_CODES: Record<string, number> = {
  unauthenticated: status.UNAUTHENTICATED,
  permission_denied: status.PERMISSION_DENIED,
  not_found: status.NOT_FOUND,
  failed_precondition: status.FAILED_PRECONDITION,
  invalid_argument: status.INVALID_ARGUMENT,
}

const pathOf = ({ parent, name }: DescMethod): string => `/${parent.typeName}/${name}`
const raw = (bytes: Buffer): Buffer => bytes

function overGrpc(client: Client): Call {
  return (method, fields, headers) => {
    const metadata = new Metadata()
    for (const [key, value] of Object.entries(headers)) metadata.set(key, value)
    const bytes = Buffer.from(toBinary(method.input, create(method.input, fields as never)))
    return new Promise((resolve) => {
      client.makeUnaryRequest(pathOf(method), raw, raw, bytes, metadata, (error, answer) => {
        const message = answer ? (fromBinary(method.output, answer) as object) : {}
        resolve({ code: error?.code ?? 0, exists: 'exists' in message && message.exists === true })
      })
    })
  }
}

function overConnect(http: string): Call {
  return async (method, fields, headers) => {
    const response = await request(http + pathOf(method), 'POST', headers, fields)
    const body = (await response.json()) as { code?: string; exists?: boolean }
    return {
      code: body.code === undefined ? 0 : (CONNECT_CODES[body.code] ?? -1),
      exists: body.exists === true,
    }
  }
}

/** `done`: it is permitted, whatever else may be wrong with it. */
function expectedOf(path: string, protocol: string, caller: Caller, exists: boolean): number | 'done' {
  const { may, scopes, role } = caller
  if (role !== undefined && protocol === 'gRPC') return expectedOfRole(path, role)
  const policy = RPC_POLICIES.get(path)!
  if (!may) return status.UNAUTHENTICATED
  if (scopes && !scopes.includes(policy === 'read' ? 'read' : 'write')) return status.PERMISSION_DENIED
  if (!exists || !may.includes('read')) return status.NOT_FOUND
  return may.includes(policy === 'read' ? 'read' : 'change') ? 'done' : status.PERMISSION_DENIED
}

/** Of a role that calls for itself, where tokens are required. */
function expectedOfRole(path: string, role: NonNullable<Caller['role']>): number | 'done' {
  const { itself, mode } = RPC_ROLES.get(path)!
  return itself.includes(role) && mode === undefined ? 'done' : status.PERMISSION_DENIED
}

const clients = new Map<string, Client>()

/** How the methods of a service are called. */
export function openCalls({ grpc, http }: MatrixTarget): Record<'gRPC' | 'Connect', Call> {
  const client = clients.get(grpc) ?? new Client(grpc, credentials.createInsecure())
  if (!clients.has(grpc)) TEST_FILE.after(() => client.close())
  clients.set(grpc, client)
  return { gRPC: overGrpc(client), Connect: overConnect(http) }
}

/** Every method over gRPC, those of documents over Connect too, and reflection, for every caller. */
export function testRpcs(target: MatrixTarget, callers: Record<string, Caller>): void {
  const client = new Client(target.grpc, credentials.createInsecure())
  TEST_FILE.after(() => client.close())
  const protocols = openCalls(target)

  for (const method of DocumentService.methods) {
    const policy = RPC_POLICIES.get(pathOf(method))!
    for (const [protocol, call] of Object.entries(protocols)) {
      void test(`${method.name} over ${protocol} is for ${policy}`, async () => {
        const document = await ownedDocument(target)
        for (const [name, one] of Object.entries(callers)) {
          const caller = overRpc(one)
          for (const id of [document, unknownIds().document]) {
            const fields = { documentId: id, ...(policy === 'change' && { status: 'sent' }) }
            const { code, exists } = await call(method, fields, caller.headers)
            const about = `${name}, ${id === document ? 'a document' : 'an unknown document'}`
            const expected = expectedOf(pathOf(method), protocol, caller, id === document)
            if (expected === 'done')
              assert.ok(code !== status.UNAUTHENTICATED && code !== status.PERMISSION_DENIED, about)
            // To who may not know of it, it does not exist.
            else if (method.name === 'DocumentExists' && expected === status.NOT_FOUND)
              assert.deepEqual({ code, exists }, { code: 0, exists: false }, about)
            else assert.equal(code, expected, about)
            if (expected === 'done' && id === document) assert.notEqual(code, status.NOT_FOUND, about)
          }
        }
      })
    }
  }

  for (const [path] of [...RPC_POLICIES].filter(([, policy]) => policy === 'service')) {
    void test(`${path} is for roles of the service only`, async () => {
      for (const [name, caller] of Object.entries(callers)) {
        const { headers, may, role } = overRpc(caller)
        const code = await codeOf(client, path, headers)
        if (role !== undefined && expectedOfRole(path, role) === 'done')
          assert.ok(code !== status.UNAUTHENTICATED && code !== status.PERMISSION_DENIED, name)
        else if (role !== undefined) assert.equal(code, status.PERMISSION_DENIED, name)
        else assert.equal(code, may ? status.PERMISSION_DENIED : status.UNAUTHENTICATED, name)
      }
    })
  }

  void test('reflection is for operators', async () => {
    for (const [name, caller] of Object.entries(callers)) {
      const { headers, may, scopes, role } = overRpc(caller)
      const code = await reflectionCodeOf(client, headers)
      // No role asks for it.
      if (role !== undefined) assert.equal(code, status.PERMISSION_DENIED, name)
      else if (!may) assert.equal(code, status.UNAUTHENTICATED, name)
      else if (may.includes('administer') && !scopes) assert.equal(code, 0, name)
      else assert.equal(code, status.PERMISSION_DENIED, name)
    }
  })
}

function metadataOf(headers: Caller['headers']): Metadata {
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value)
  return metadata
}

const codeOf = (client: Client, path: string, headers: Caller['headers']): Promise<number> =>
  new Promise((resolve) => {
    client.makeUnaryRequest(path, raw, raw, Buffer.alloc(0), metadataOf(headers), (error) =>
      resolve(error?.code ?? 0),
    )
  })

/** Asks for the list of services: field 7 of ServerReflectionRequest. */
const reflectionCodeOf = (client: Client, headers: Caller['headers']): Promise<number> =>
  new Promise((resolve) => {
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo'
    const call = client.makeBidiStreamRequest(path, raw, raw, metadataOf(headers))
    call.on('data', () => {}).on('error', () => {})
    call.on('status', ({ code }: { code: number }) => resolve(code))
    call.write(Buffer.from([0x3a, 0]))
    call.end()
  })
