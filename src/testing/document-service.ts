import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthenticator } from '../auth/authenticator.ts'
import { createTokens } from '../auth/tokens.ts'
import type { Database } from '../db/database.ts'
import type { Document } from '../domain/document.ts'
import { createApp, createHttpMetrics } from '../http/create-app.ts'
import { openBlobs } from '../ports/blobs/open.ts'
import type { Blobs } from '../ports/blobs/port.ts'
import { openCache } from '../ports/cache/open.ts'
import type { DocumentCache } from '../ports/cache/port.ts'
import { createDocumentRole, type DocumentRole } from '../roles/document/role.ts'
import { type Clock, systemClock } from '../runtime/clock.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { startTestDatabases } from './database.ts'

/** The document role behind a real listener, on a database and a folder of its own. */
export interface DocumentService {
  url: string
  role: DocumentRole
  database: Database
  blobs: Blobs
  cache: DocumentCache
  /** where the objects are */
  folder: string
  /** the header Authorization of a user */
  authorization(user: { id: string; email: string }): string
  /** Requests a path; a body that is no string or bytes is sent as JSON. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  /** Creates a document with these fields. */
  create(fields?: Record<string, unknown>): Promise<Document>
  stop(): Promise<void>
}

export async function startDocumentService(
  options: { clock?: Clock; contentBytes?: number; trustedProxies?: string[] } = {},
): Promise<DocumentService> {
  const { clock = systemClock, contentBytes = 10 * 1024 * 1024, trustedProxies = [] } = options
  const log = silentLogger
  const databases = await startTestDatabases()
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-test-documents-'))
  const database = await databases.open()
  const blobs = await openBlobs('file:', { folder, log })
  const cache = await openCache('memory:', {
    database,
    entries: 1_000,
    viewerSecret: 'of a test',
    clock,
    log,
  })
  const newId = createUuidV7()
  const role = createDocumentRole({ database, blobs, cache, clock, newId, log, limits: { contentBytes } })
  const secret = 'a secret of a test, long enough.'
  const tokens = createTokens({ secret, issuer: 'test', audience: 'test', lifetime: 3_600 }, systemClock)
  const app = createApp(role.endpoints, {
    log,
    newId,
    trustedProxies,
    metrics: createHttpMetrics(createMetrics()),
    authenticator: createAuthenticator('open', tokens),
  })
  const server = createServer(app.callback()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const request: DocumentService['request'] = (method, path, body, headers = {}) => {
    const isJson = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)
    return fetch(`${url}${path}`, {
      method,
      headers: { ...(isJson && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as string) }),
    })
  }

  return {
    url,
    role,
    database,
    blobs,
    cache,
    folder,
    request,
    authorization: (user) => `Bearer ${tokens.sign({ ...user, admin: false })}`,
    async create(fields = {}) {
      const body = { title: 'Contract A', content: 'Hello, world', created_by: 'ada@example.com', ...fields }
      const response = await request('POST', '/documents', body)
      if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
      return (await response.json()) as Document
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await role.stop()
      await cache.stop()
      await blobs.stop()
      await databases.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The fields that a problem document names, or its type where it names none. */
export async function problemFields(response: Response): Promise<string[]> {
  const problem = (await response.json()) as { type: string; errors?: { field: string }[] }
  return problem.errors?.map(({ field }) => field) ?? [problem.type]
}
