import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthenticator } from '../auth/authenticator.ts'
import { createTokens } from '../auth/tokens.ts'
import type { Database } from '../db/database.ts'
import { createApp, createHttpMetrics } from '../http/create-app.ts'
import type { Blobs } from '../ports/blobs/port.ts'
import { openBlobs } from '../ports/blobs/open.ts'
import { type MemoryDocuments, openMemoryDocuments } from '../ports/documents/memory.ts'
import type { Documents } from '../ports/documents/port.ts'
import { type SignatureRole, createSignatureRole } from '../roles/signature/role.ts'
import type { SigningLimits } from '../roles/signature/signing-limits.ts'
import { systemClock } from '../runtime/clock.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics, type Metrics } from '../runtime/metrics.ts'

export interface SignatureHarness {
  url: string
  database: Database
  blobs: Blobs
  /** the documents themselves */
  documents: MemoryDocuments
  metrics: Metrics
  role: SignatureRole
  /** POST /signatures by bob@example.com, unless `fields` say otherwise */
  sign(documentId: string, fields?: object, headers?: Record<string, string>): Promise<Answer>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  stop(): Promise<void>
}

export interface Answer {
  status: number
  headers: Headers
  // JSON of many shapes, looked at field by field.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any
}

export interface HarnessOptions {
  database: Database
  /** what the role sees of the documents: with failures of one's own */
  through?: (documents: Documents) => Partial<Documents>
  limits?: Partial<SigningLimits>
  documents?: MemoryDocuments
}

/** The signature role behind its own HTTP port, with real PostgreSQL and files, and documents in memory. */
export async function startSignatureRole(options: HarnessOptions): Promise<SignatureHarness> {
  const { database } = options
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-test-signatures-'))
  const blobs = await openBlobs('file:', { folder, log: silentLogger })
  const documents = options.documents ?? openMemoryDocuments()
  const metrics = createMetrics()
  const newId = createUuidV7()
  const role = createSignatureRole({
    database,
    blobs,
    newId,
    metrics,
    documents: { ...documents, ...options.through?.(documents) },
    clock: systemClock,
    log: silentLogger,
    limits: { sweepEveryMs: 50, retryBaseMs: 20, retryCapMs: 100, ...options.limits },
  })
  const tokens = createTokens(
    { secret: 'a secret for tests, 32 bytes long', issuer: 'docmgr', audience: 'docmgr', lifetime: 60 },
    systemClock,
  )
  const app = createApp(role.endpoints, {
    log: silentLogger,
    metrics: createHttpMetrics(metrics),
    authenticator: createAuthenticator('open', tokens),
    newId,
    trustedProxies: ['loopback'],
  })
  const server = createServer(app.callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url,
    database,
    blobs,
    documents,
    metrics,
    role,
    sign: (document_id, fields = {}, headers = {}) =>
      answerOf(
        fetch(`${url}/signatures`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({
            document_id,
            signer_email: 'bob@example.com',
            signer_name: 'Bob',
            ...fields,
          }),
        }),
      ),
    get: (path, headers = {}) => answerOf(fetch(url + path, { headers })),
    async stop() {
      await role.stop()
      server.close()
      server.closeAllConnections()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function answerOf(request: Promise<Response>): Promise<Answer> {
  const response = await request
  const { status, headers } = response
  const isJson = headers.get('content-type')?.includes('json')
  return { status, headers, body: isJson ? await response.json() : Buffer.from(await response.arrayBuffer()) }
}
