import { type Readable } from 'node:stream'
import contentDisposition from 'content-disposition'
import type { AccessRole } from '../domain/access.ts'
import type { Document } from '../domain/document-fields.ts'
import type { DocumentStatus } from '../domain/document-status.ts'
import type { ActorKind, HistoryAction, PersonalName } from '../domain/history.ts'
import type { TextPart } from '../domain/text-part.ts'
import type { TextSummary } from '../domain/text-state.ts'
import type { HttpClient } from './http-client.ts'
import { ApiError } from './problem.ts'
import { keyed, nextLink, query } from './requests.ts'

export interface NewDocument {
  title: string
  content: string
  content_type: string
  created_by: string
}

export interface Upload {
  /** without it, that of the content or the name of the file */
  title?: string
  file_name?: string
  /** without it, the user of the token */
  created_by?: string
  contentType: string
  /** bytes */
  size: number
  /** called for each attempt */
  open: () => Readable | Uint8Array
}

/** Values of query parameters of GET /documents, by name (`filterParameters('list')`). */
export type DocumentFilters = Record<string, string | string[]>

/** The text of a document: its state, and its parts where there is one. */
export interface ReadText extends TextSummary {
  /** while it is pending: when the service last read a text of its queue, of any document */
  queue_read_at?: string
  parts: TextPart[]
}

/** Someone's role in a document. */
export interface Grant {
  principal: string
  role: AccessRole
  granted_by: string
  granted_at: string
}

/** Something that somebody did with a document, or tried. */
export interface HistoryEntry {
  number: number
  action: HistoryAction
  /** ISO 8601 in UTC */
  at: string
  by: ActorKind
  version: number | null
  details: Record<string, unknown>
  /** what the caller may see of people, and titles */
  values: Partial<Record<PersonalName, string>>
  withheld: PersonalName[]
  erased: PersonalName[]
}

/** A content, or the part of it after an offset. */
export interface Content {
  /** file name that the service suggests; not to be trusted */
  name: string | undefined
  /** bytes of the whole content */
  size: number
  /** hexadecimal SHA-256 of the whole content, where the service knows it */
  sha256: string | undefined
  /** fails when the connection is lost */
  body: Readable
}

/** The document role's part of the REST interface. Every call throws ApiError or ServiceUnreachableError. */
export interface DocumentsApi {
  /** @param key Idempotency-Key: a retry with the same key creates nothing new */
  createDocument(document: NewDocument, key: string): Promise<Document>
  uploadDocument(upload: Upload, key: string): Promise<Document>
  /** does not count as a view */
  hasDocument(id: string): Promise<boolean>
  /** counts as a view */
  getDocument(id: string): Promise<Document>
  /**
   * newest first, page by page
   * @param pageSize at most 200
   */
  listDocuments(filters: DocumentFilters, pageSize?: number): AsyncGenerator<Document>
  /** who did what with it, the newest first, page by page */
  historyOf(id: string): AsyncGenerator<HistoryEntry>
  /** what was read of its content */
  getText(id: string): Promise<ReadText>
  setStatus(id: string, status: DocumentStatus): Promise<Document>
  deleteDocument(id: string): Promise<void>
  /** everyone with a role in it, the owners first */
  listAccess(id: string): Promise<Grant[]>
  /** @param principal `email:ADDRESS` or `key:ID` */
  putAccess(id: string, principal: string, role: AccessRole): Promise<Grant>
  removeAccess(id: string, principal: string): Promise<void>
  /** @param after its SHA-256 and the bytes that the caller has already; the content is sent whole if it is another */
  openContent(id: string, after?: { sha256: string; bytes: number }): Promise<Content & { offset: number }>
}

const UPLOAD_TIMEOUT_MS = 300_000

/** @param documents URL of the collection */
export function createDocumentsApi(http: HttpClient, documents: string): DocumentsApi {
  const one = (id: string): string => `${documents}/${encodeURIComponent(id)}`
  return {
    async createDocument(json, key) {
      return (await http.send<Document>(documents, { method: 'POST', json, headers: keyed(key) })).body
    },

    async uploadDocument({ title, file_name, created_by, contentType, size, open }, key) {
      const { body } = await http.send<Document>(`${documents}?${query({ title, file_name, created_by })}`, {
        method: 'POST',
        headers: {
          ...keyed(key),
          'content-type': contentType,
          'content-length': String(size),
          // Even JSON that looks like a form is a file here.
          'content-disposition': 'attachment',
        },
        body: open,
        timeoutMs: UPLOAD_TIMEOUT_MS,
      })
      return body
    },

    async hasDocument(id) {
      try {
        await http.send(one(id), { method: 'HEAD' })
        return true
      } catch (error) {
        if (error instanceof ApiError && (error.status === 404 || error.status === 422)) return false
        throw error
      }
    },

    async getDocument(id) {
      return (await http.send<Document>(one(id))).body
    },

    async getText(id) {
      return (await http.send<ReadText>(`${one(id)}/text`)).body
    },

    listDocuments: (filters, pageSize = 200) =>
      rowsOf<Document>(http, `${documents}?${query({ ...filters, limit: pageSize })}`),

    historyOf: (id) => rowsOf<HistoryEntry>(http, `${one(id)}/history?limit=200`),

    async setStatus(id, status) {
      // Setting the current status again changes nothing.
      const options = { method: 'PATCH', json: { status }, repeatable: true } as const
      return (await http.send<Document>(one(id), options)).body
    },

    async deleteDocument(id) {
      await http.send(one(id), { method: 'DELETE' })
    },

    ...createAccessApi(http, one),

    async openContent(id, after) {
      const range = after && { range: `bytes=${after.bytes}-`, 'if-range': `"${after.sha256}"` }
      return contentOf(await http.open(`${one(id)}/content`, range))
    },
  }
}

/** The rows of a page and of those that follow it. */
async function* rowsOf<Row>(http: HttpClient, first: string): AsyncGenerator<Row> {
  let next: string | undefined = first
  while (next !== undefined) {
    const { body, headers }: Awaited<ReturnType<typeof http.send<Row[]>>> = await http.send<Row[]>(next)
    yield* body
    const link = nextLink(headers['link'])
    next = link === undefined ? undefined : new URL(link, next).href
  }
}

function createAccessApi(
  http: HttpClient,
  one: (id: string) => string,
): Pick<DocumentsApi, 'listAccess' | 'putAccess' | 'removeAccess'> {
  const grant = (id: string, principal: string): string =>
    `${one(id)}/access/${encodeURIComponent(principal)}`
  return {
    async listAccess(id) {
      return (await http.send<Grant[]>(`${one(id)}/access`)).body
    },

    async putAccess(id, principal, role) {
      const options = { method: 'PUT', json: { role }, repeatable: true } as const
      return (await http.send<Grant>(grant(id, principal), options)).body
    },

    async removeAccess(id, principal) {
      await http.send(grant(id, principal), { method: 'DELETE' })
    },
  }
}

function contentOf({ headers, body }: Awaited<ReturnType<HttpClient['open']>>) {
  const header = (name: string): string => String(headers[name] ?? '')
  const [, offset, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(header('content-range')) ?? []
  const digest = /(?:^|,\s*)sha-256=:([A-Za-z0-9+/=]+):/.exec(header('repr-digest'))?.[1]
  return {
    name: fileNameIn(header('content-disposition')),
    size: Number(total ?? header('content-length')),
    sha256: digest === undefined ? undefined : Buffer.from(digest, 'base64').toString('hex'),
    offset: Number(offset ?? 0),
    body,
  }
}

function fileNameIn(header: string): string | undefined {
  try {
    return contentDisposition.parse(header).parameters['filename']
  } catch {
    return undefined
  }
}
