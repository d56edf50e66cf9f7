import type { ListeningRole } from '../config/roles.ts'
import { type Signature } from '../domain/signature.ts'
import { type SearchFilters, type SearchHit } from '../ports/search/port.ts'
import { createDocumentsApi, type DocumentsApi } from './documents-api.ts'
import { createHttpClient, type HttpClientOptions } from './http-client.ts'
import { keyed, query } from './requests.ts'

/** Base URL (http or https) of each role's routes, without a slash at the end. */
export type RoleUrls = Record<ListeningRole, string>

export interface NewSignature {
  document_id: string
  signer_email: string
  signer_name: string
  signature_data?: string
}

/** A new signature, and the status of its document once it has been moved. */
export type CreatedSignature = Signature & { document_status: string }

export interface SearchPage {
  total: number
  total_is_exact?: boolean
  documents: SearchHit[]
  took_ms: number
}

/** Who a service knows the caller as. */
export interface Caller {
  id: string
  email: string
  admin: boolean
}

/** The part of the REST interface that the commands use. Every call throws ApiError or ServiceUnreachableError. */
export interface Api extends DocumentsApi {
  /** @param key Idempotency-Key: a retry with the same key creates nothing new */
  sign(signature: NewSignature, key: string): Promise<CreatedSignature>
  /** the signatures of a document, without images; at most 200 */
  signaturesOf(documentId: string): Promise<Signature[]>
  isSigned(documentId: string): Promise<boolean>
  search(q: string, page: { from: number; size: number }, filters: SearchFilters): Promise<SearchPage>
  /** who the token is of; undefined without one */
  caller(): Promise<Caller | undefined>
  /** a token for any user, which a service gives only in open mode */
  developmentToken(userId: string, email: string): Promise<string>
  metrics(): Promise<string>
  close(): Promise<void>
}

export function createApi(urls: RoleUrls, options: HttpClientOptions): Api {
  const http = createHttpClient(options)
  const signatures = `${urls.signature}/signatures`
  return {
    ...createDocumentsApi(http, `${urls.document}/documents`),
    async sign(json, key) {
      const options = { method: 'POST', json, headers: keyed(key) } as const
      return (await http.send<CreatedSignature>(signatures, options)).body
    },

    async signaturesOf(documentId) {
      const url = `${signatures}?${query({ document_id: documentId, limit: 200 })}`
      return (await http.send<Signature[]>(url)).body
    },

    async isSigned(documentId) {
      const url = `${signatures}?${query({ document_id: documentId, limit: 1 })}`
      return (await http.send<Signature[]>(url)).body.length > 0
    },

    async search(q, page, filters) {
      return (await http.send<SearchPage>(`${urls.search}/search?${query({ q, ...page, ...filters })}`)).body
    },

    async caller() {
      const { body } = await http.send<{ user: Caller | null }>(`${urls.document}/auth/session`)
      return body.user ?? undefined
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
