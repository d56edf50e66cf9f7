import type { Document } from '../domain/document-fields.ts'
import { type DocumentStatus, statusMove } from '../domain/document-status.ts'
import { contentKey } from '../domain/content-key.ts'
import { DomainError } from '../domain/errors.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import type { Documents } from '../ports/documents/port.ts'

export interface MemoryDocuments extends Documents {
  create(status?: DocumentStatus): Document
  remove(documentId: string): void
}

/** Documents in memory, for tests of callers of the port. It passes the contract suite. */
export function openMemoryDocuments(): MemoryDocuments {
  const documents = new Map<string, Document>()
  const newId = createUuidV7()
  const find = (id: string): Document => {
    const found = documents.get(id)
    if (!found) throw new DomainError('document-not-found', `there is no document ${id}`)
    return found
  }
  return {
    create(status = 'created') {
      const id = newId()
      const now = new Date().toISOString()
      const document: Document = {
        id,
        title: 'Contract',
        content_type: 'text/plain',
        content_size: 5,
        content_sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
        s3_key: contentKey(id),
        status,
        created_by: 'ada@example.com',
        created_at: now,
        updated_at: now,
        version: 1,
      }
      documents.set(id, document)
      return document
    },
    remove: (id) => void documents.delete(id),
    async updateStatus(id, status) {
      const document = find(id)
      const move = statusMove(document.status, status)
      if (move === 'refused') {
        throw new DomainError(
          'status-not-allowed',
          `the document is ${document.status} and cannot become ${status}`,
        )
      }
      if (move === 'unchanged') return document
      const changed = {
        ...document,
        status,
        version: document.version + 1,
        updated_at: new Date().toISOString(),
      }
      documents.set(id, changed)
      return changed
    },
    get: async (id) => find(id),
    async exists(id) {
      const document = documents.get(id)
      return document ? { exists: true, status: document.status } : { exists: false, status: '' }
    },
    check: async () => {},
    stop: async () => {},
  }
}
