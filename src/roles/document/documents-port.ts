import type { Database } from '../../db/database.ts'
import { isProblem } from '../../domain/errors.ts'
import { isSignatureRole } from '../../domain/request.ts'
import type { Documents } from '../../ports/documents/port.ts'
import type { DocumentStore } from './document-store.ts'
import { listAccess } from './list-access.ts'
import type { ReadDocument } from './read-document.ts'

/** The port that other roles use, in this process or over gRPC. Reads through this port do not count as views. */
export function createDocumentsPort(options: {
  store: Pick<DocumentStore, 'change'>
  read: ReadDocument
  database: Database
}): Documents {
  const { store, read, database } = options
  return {
    updateStatus: (id, status, { principal, traceparent }) =>
      store.change(
        id,
        { status },
        { traceparent, mover: isSignatureRole(principal) ? 'signature' : 'client' },
      ),
    get: async (id) => (await read(id, undefined)).document,
    async exists(id) {
      try {
        const { status } = (await read(id, undefined)).document
        return { exists: true, status }
      } catch (error) {
        if (isProblem(error, 'document-not-found')) return { exists: false, status: '' }
        throw error
      }
    },
    access: (ids) => listAccess(database.pool, ids),
    check: async () => void (await database.check()),
    stop: async () => {},
  }
}
