import type { Document } from '../domain/document-fields.ts'
import { type DocumentStatus, statusMove } from '../domain/document-status.ts'
import { DomainError } from '../domain/errors.ts'
import { isSignatureRole } from '../domain/request.ts'
import type { Documents } from '../ports/documents/port.ts'
import { sampleDocument } from './sample-documents.ts'

export interface MemoryDocuments extends Documents {
  create(status?: DocumentStatus): Document
  remove(documentId: string): void
}

/** Documents in memory, for tests of callers of the port. It passes the contract suite. */
export function openMemoryDocuments(): MemoryDocuments {
  const documents = new Map<string, Document>()
  /** ids of the documents that are or were signed */
  const signed = new Set<string>()
  const find = (id: string): Document => {
    const found = documents.get(id)
    if (!found) throw new DomainError('document-not-found', `there is no document ${id}`)
    return found
  }
  return {
    create(status = 'created') {
      const document = sampleDocument({ status })
      documents.set(document.id, document)
      return document
    },
    remove: (id) => void documents.delete(id),
    async updateStatus(id, status, { principal }) {
      const document = find(id)
      const mover = isSignatureRole(principal) ? 'signature' : 'client'
      const move = statusMove(document.status, status, mover)
      if (move === 'refused' && mover === 'signature' && signed.has(id)) return document
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
      if (status === 'signed') signed.add(id)
      return changed
    },
    get: async (id) => find(id),
    async exists(id) {
      const document = documents.get(id)
      return document ? { exists: true, status: document.status } : { exists: false, status: '' }
    },
    async access(ids) {
      const found = ids.flatMap((id) => documents.get(id) ?? [])
      return new Map(
        found.map(({ id, version, status, created_by }) => {
          const readers = [`email:${created_by.toLowerCase()}`]
          return [id, { version, status, readers, owners: readers }]
        }),
      )
    },
    recordRefusal: async () => {},
    announce: async (id) => documents.has(id),
    check: async () => {},
    stop: async () => {},
  }
}
