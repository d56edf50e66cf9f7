/** One table of the limits of a client over every edge: what is counted, how it is refused, and what the answers tell. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import type { ConfigInput } from '../config/schema.ts'
import { DocumentService } from '../rpc/gen/document_pb.ts'
import { grpcMethod } from '../rpc/grpc-service.ts'
import { rawUpgrade } from '../testing/raw-upgrade.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { startTestService, type TestService } from '../testing/test-service.ts'

/** Who asks; each case has its own user and address, behind a trusted proxy. */
interface Asker {
  authorization: string
  'x-forwarded-for': string
}

interface Outcome {
  isLimited: boolean
  retryAfter: string | undefined
  policy: string | undefined
  left: string | undefined
}

/** Asks once, in a body of 1,000 bytes where the edge has one. */
type Ask = (service: TestService, asker: Asker) => Promise<Outcome>

const BODY_BYTES = 1_000
const METHOD = grpcMethod(DocumentService.method.documentExists)

function outcomeOf(isLimited: boolean, get: (name: string) => string | null | undefined): Outcome {
  const [retryAfter, policy, left] = ['retry-after', 'ratelimit-policy', 'ratelimit'].map(
    (name) => get(name) ?? undefined,
  )
  return { isLimited, retryAfter, policy, left }
}

async function fetched(url: string, options: RequestInit): Promise<Outcome> {
  const response = await fetch(url, options)
  await response.body?.cancel()
  return outcomeOf(response.status === 429, (name) => response.headers.get(name))
}

const EDGES: Record<string, { hasBody: boolean; ask: Ask }> = {
  REST: {
    hasBody: true,
    ask: ({ url }, asker) =>
      fetched(`${url}/documents?title=T&created_by=ada@example.com`, {
        method: 'POST',
        headers: { ...asker, 'content-type': 'text/plain' },
        body: 'x'.repeat(BODY_BYTES),
      }),
  },
  'an upload of chunks': {
    hasBody: false,
    ask: ({ url }, asker) =>
      fetched(`${url}/documents?title=T&created_by=ada@example.com`, {
        method: 'POST',
        headers: { ...asker, 'content-type': 'text/plain' },
        body: new Blob(['x'.repeat(BODY_BYTES)]).stream(),
        duplex: 'half',
      } as RequestInit),
  },
  Connect: {
    hasBody: true,
    ask: ({ url }, asker) => {
      const documentId = 'x'.repeat(BODY_BYTES - '{"documentId":""}'.length)
      return fetched(`${url}${METHOD.path}`, {
        method: 'POST',
        headers: { ...asker, 'content-type': 'application/json' },
        body: JSON.stringify({ documentId }),
      })
    },
  },
  gRPC: { hasBody: true, ask: callGrpc },
  WebSocket: {
    hasBody: false,
    async ask({ url }, asker) {
      const { status, headers } = await rawUpgrade(`${url}/ws`, { ...asker })
      return outcomeOf(status === 429, (name) => headers[name] as string | undefined)
    },
  },
  SSE: { hasBody: false, ask: ({ url }, asker) => fetched(`${url}/events`, { headers: { ...asker } }) },
}

async function callGrpc({ grpc }: TestService, asker: Asker): Promise<Outcome> {
  const client = new Client(grpc!, credentials.createInsecure())
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(asker)) metadata.set(key, value)
  // The tag and the length of the only field.
  const message = { documentId: 'x'.repeat(BODY_BYTES - 3) }
  let received = new Metadata()
  const code = await new Promise<number>((resolve) => {
    const { path, requestSerialize, responseDeserialize } = METHOD
    const call = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      message,
      metadata,
      (error) => {
        if (error) received = error.metadata
        resolve(error?.code ?? 0)
      },
    )
    call.on('metadata', (initial: Metadata) => void (received = initial))
  })
  client.close()
  const get = (name: string) => received.get(name)[0]?.toString()
  if (code === 8) assert.equal(get('grpc-retry-pushback-ms'), `${get('retry-after')}000`)
  return outcomeOf(code === 8, get)
}

let askers = 0

function newAsker(service: TestService, { isSame }: { isSame: 'principal' | 'address' }): () => Asker {
  const [user, address] = [++askers, ++askers]
  return () => {
    // The other owner is always a new one, so that only one limit can be meant.
    const id = `user-${isSame === 'principal' ? user : ++askers}`
    return {
      authorization: `Bearer ${service.token({ id })}`,
      'x-forwarded-for': `192.0.2.${isSame === 'address' ? address : ++askers}`,
    }
  }
}

const QUOTAS = [
  { owner: 'address', setting: 'addressRequests', unit: 'requests', quota: 2, each: 1 },
  { owner: 'principal', setting: 'principalRequests', unit: 'requests', quota: 2, each: 1 },
  { owner: 'address', setting: 'addressBytes', unit: 'content-bytes', quota: 2_500, each: BODY_BYTES },
  { owner: 'principal', setting: 'principalBytes', unit: 'content-bytes', quota: 2_500, each: BODY_BYTES },
] as const

for (const { owner, setting, unit, quota, each } of QUOTAS) {
  test(`the third of two times ${each} ${unit} of one ${owner} is refused over every edge`, async () => {
    const settings: ConfigInput = {
      limits: { [setting]: quota },
      listen: { grpc: 0, trustedProxies: ['loopback'] },
    }
    const service = await startTestService({ roles: ['document', 'ws'], settings }, TEST_FILE)
    const name = `"${owner}-${unit}"`
    for (const [edge, { hasBody, ask }] of Object.entries(EDGES)) {
      if (unit === 'content-bytes' && !hasBody) continue
      const asker = newAsker(service, { isSame: owner })
      for (let n = 1; n <= 2; n++) {
        const { isLimited, policy, left } = await ask(service, asker())
        assert.equal(isLimited, false, edge)
        assert.ok(policy?.includes(`${name};q=${quota};w=60;qu="${unit}"`), `${edge}: ${policy}`)
        assert.ok(left?.includes(`${name};r=${quota - n * each};t=`), `${edge}: ${left}`)
      }
      const { isLimited, policy, left, retryAfter } = await ask(service, asker())
      assert.equal(isLimited, true, edge)
      assert.ok(policy?.includes(name), `${edge}: ${policy}`)
      assert.ok(left?.includes(`${name};r=${quota - 2 * each};t=`), `${edge}: ${left}`)
      assert.match(retryAfter!, /^([1-9]|[1-5]\d|60)$/, edge)
    }
  })
}
