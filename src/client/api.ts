import { type Readable } from 'node:stream'
import type { ListeningRole } from '../config/roles.ts'
import type { Document } from '../domain/document-fields.ts'
import type { DocumentStatus } from '../domain/document-status.ts'
import { type Signature } from '../domain/signature.ts'
import { type SearchFilters, type SearchHit } from '../ports/search/port.ts'
import { ApiError } from './problem.ts'
import { createHttpClient, type HttpClient, type HttpClientOptions } from './http-client.ts'

/** Base URL (http or https) of each role's routes, without a slash at the end. */
export type RoleUrls = Record<ListeningRole, string>

export interface NewDocument {
  title: string
  content: string
  content_type: string
  created_by: string
}

export interface Upload {
  title: string
  created_by: string
  contentType: string
  /** bytes */
  size: number
  /** called for each attempt */
  open: () => Readable
}

export interface NewSignature {
  document_id: string
  signer_email: string
  signer_name: string
  signature_data?: string
}

export interface DocumentFilters {
  status?: DocumentStatus
  created_by?: string
  content_type?: string
  content_sha256?: string
  title?: string
}

export interface SearchPage {
  total: number
  total_is_exact?: boolean
  documents: SearchHit[]
  took_ms: number
}

/** The part of the REST interface that the commands use. Every call throws ApiError or ServiceUnreachableError. */
export interface Api {
  /** @param key Idempotency-Key: a retry with the same key creates nothing new */
  createDocument(document: NewDocument, key: string): Promise<Document>
  uploadDocument(upload: Upload, key: string): Promise<Document>
  /** does not count as a view */
  hasDocument(id: string): Promise<boolean>
  /** counts as a view */
  getDocument(id: string): Promise<Document>
  /** newest first, page by page */
  listDocuments(filters: DocumentFilters, pageSize?: number): AsyncGenerator<Document>
  setStatus(id: string, status: DocumentStatus): Promise<Document>
  sign(signature: NewSignature, key: string): Promise<Signature>
  isSigned(documentId: string): Promise<boolean>
  search(q: string, page: { from: number; size: number }, filters: SearchFilters): Promise<SearchPage>
  /** a token for any user, which a service gives only in open mode */
  developmentToken(userId: string, email: string): Promise<string>
  metrics(): Promise<string>
  close(): Promise<void>
}

const UPLOAD_TIMEOUT_MS = 300_000

export function createApi(urls: RoleUrls, options: HttpClientOptions): Api {
  const http = createHttpClient(options)
  return {
    ...createDocumentsApi(http, `${urls.document}/documents`),
    async sign(json, key) {
      const options = { method: 'POST', json, headers: keyed(key) } as const
      return (await http.send<Signature>(`${urls.signature}/signatures`, options)).body
    },

    async isSigned(documentId) {
      const url = `${urls.signature}/signatures?${query({ document_id: documentId, limit: 1 })}`
      return (await http.send<Signature[]>(url)).body.length > 0
    },

    async search(q, page, filters) {
      return (await http.send<SearchPage>(`${urls.search}/search?${query({ q, ...page, ...filters })}`)).body
    },

    async developmentToken(userId, email) {
      const url = `${urls.ws}/auth/token?${query({ user_id: userId, email })}`
      return (await http.send<{ access_token: string }>(url)).body.access_token
    },

    async metrics() {
      return (await http.send<string>(`${urls.document}/metrics`, { headers: { accept: 'text/plain' } })).body
    },

    close: () => http.close(),
  }
}

type DocumentsApi = Pick<
  Api,
  'createDocument' | 'uploadDocument' | 'hasDocument' | 'getDocument' | 'listDocuments' | 'setStatus'
>

function createDocumentsApi(http: HttpClient, documents: string): DocumentsApi {
  return {
    async createDocument(json, key) {
      return (await http.send<Document>(documents, { method: 'POST', json, headers: keyed(key) })).body
    },

    async uploadDocument({ title, created_by, contentType, size, open }, key) {
      const { body } = await http.send<Document>(`${documents}?${query({ title, created_by })}`, {
        method: 'POST',
        headers: { ...keyed(key), 'content-type': contentType, 'content-length': String(size) },
        body: open,
        timeoutMs: UPLOAD_TIMEOUT_MS,
      })
      return body
    },

    async hasDocument(id) {
      try {
        await http.send(`${documents}/${encodeURIComponent(id)}`, { method: 'HEAD' })
        return true
      } catch (error) {
        if (error instanceof ApiError && (error.status === 404 || error.status === 422)) return false
        throw error
      }
    },

    async getDocument(id) {
      return (await http.send<Document>(`${documents}/${encodeURIComponent(id)}`)).body
    },

    async *listDocuments(filters, pageSize = 200) {
      let next: string | undefined = `${documents}?${query({ ...filters, limit: pageSize })}`
      while (next !== undefined) {
        const { body, headers }: Awaited<ReturnType<typeof http.send<Document[]>>> =
          await http.send<Document[]>(next)
        yield* body
        const link = nextLink(headers['link'])
        next = link === undefined ? undefined : new URL(link, next).href
      }
    },

    async setStatus(id, status) {
      // Setting the current status again changes nothing.
      const options = { method: 'PATCH', json: { status }, repeatable: true } as const
      return (await http.send<Document>(`${documents}/${encodeURIComponent(id)}`, options)).body
    },
  }
}

const keyed = (key: string): Record<string, string> => ({ 'idempotency-key': key })

function query(values: Record<string, string | number | readonly string[] | undefined>): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(values)) {
    for (const one of [value ?? []].flat()) parameters.append(key, String(one))
  }
  return parameters.toString()
}

/** The target of `Link: <…>; rel="next"` (RFC 8288). */
function nextLink(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.join(', ') : (header ?? '')
  return /<([^>]*)>\s*;\s*rel="?next"?/.exec(text)?.[1]
}
