import type { Database } from '../../db/database.ts'
import { isStatus, STATUSES } from '../../domain/document.ts'
import { invalidField, isProblem } from '../../domain/errors.ts'
import { canonicalUuid } from '../../http/fields.ts'
import type { Documents } from '../../ports/documents/port.ts'
import type { DocumentStore } from './document-store.ts'
import type { ReadDocument } from './read-document.ts'

/** The port that other roles use, in this process or over gRPC. Its reads are no views. */
export function createDocuments(options: {
  store: DocumentStore
  read: ReadDocument
  database: Database
}): Documents {
  const { store, read, database } = options
  return {
    async updateStatus(documentId, status, { traceparent }) {
      const id = idOf(documentId)
      if (!isStatus(status)) throw invalidField('status', `must be one of ${STATUSES.join(', ')}`)
      return store.change(id, { status }, { traceparent })
    },
    async get(documentId) {
      return (await read(idOf(documentId), undefined)).document
    },
    async exists(documentId) {
      try {
        const { status } = (await read(idOf(documentId), undefined)).document
        return { exists: true, status }
      } catch (error) {
        if (isProblem(error, 'document-not-found')) return { exists: false, status: '' }
        throw error
      }
    },
    check: () => database.check(),
    stop: async () => {},
  }
}

function idOf(documentId: string): string {
  const id = canonicalUuid(documentId)
  if (id === undefined) throw invalidField('document_id', 'must be a UUID')
  return id
}
