import type { Database } from '../../db/database.ts'
import type { ReachOf } from '../../domain/access.ts'
import { isProblem } from '../../domain/errors.ts'
import { isSignatureRole } from '../../domain/request.ts'
import type { Documents } from '../../ports/documents/port.ts'
import { changeBy } from './change-by.ts'
import type { DocumentStore } from './document-store.ts'
import { listAccess } from './list-access.ts'
import type { ReadDocument } from './read-document.ts'

/** The port that other roles use, in this process or over gRPC. Reads through this port do not count as views. */
export function createDocumentsPort(options: {
  store: Pick<DocumentStore, 'change'>
  read: ReadDocument
  database: Database
  reachOf: ReachOf
}): Documents {
  const { store, read, database, reachOf } = options
  return {
    updateStatus: (id, status, context) =>
      store.change(
        id,
        { status },
        {
          ...changeBy(context, reachOf),
          mover: isSignatureRole(context.principal) ? 'signature' : 'client',
        },
      ),
    get: async (id, { principal }) => (await read(id, reachOf(principal, 'read'))).document,
    async exists(id, { principal }) {
      try {
        const { status } = (await read(id, reachOf(principal, 'read'))).document
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
