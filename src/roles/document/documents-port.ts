import type { Database } from '../../db/database.ts'
import type { ReachOf } from '../../domain/access.ts'
import { isProblem } from '../../domain/errors.ts'
import { refusedBy, type Refusals, type Tried } from '../../domain/refusals.ts'
import { isSignatureRole, type RequestContext } from '../../domain/request.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import type { Documents } from '../../ports/documents/port.ts'
import { announceDocument } from './announce-document.ts'
import { changeBy } from './change-by.ts'
import type { DocumentStore } from './document-store.ts'
import { createJoinedMove } from './joined-move.ts'
import { listAccess } from './list-access.ts'
import type { ReadDocument } from './read-document.ts'

/** The port that other roles use, in this process or over gRPC. Reads through this port do not count as views. */
export function createDocumentsPort(options: {
  store: Pick<DocumentStore, 'change'>
  read: ReadDocument
  cache: DocumentCache
  database: Database
  reachOf: ReachOf
  refusals: Refusals
}): Documents {
  const { store, read, cache, database, reachOf, refusals } = options
  const recording = async <T>(tried: Tried, context: RequestContext, work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      const document = refusedBy(error)
      if (document !== undefined) refusals.record({ document }, tried, context)
      throw error
    })
  const readFor = (id: string, context: RequestContext) =>
    recording('read', context, read(id, reachOf(context.principal, 'read')))
  return {
    updateStatus: (id, status, context) =>
      recording(
        'change',
        context,
        store.change(
          id,
          { status },
          {
            ...changeBy(context, reachOf),
            mover: isSignatureRole(context.principal) ? 'signature' : 'client',
          },
        ),
      ),
    get: async (id, context) => (await readFor(id, context)).document,
    async exists(id, context) {
      try {
        const { status } = (await readFor(id, context)).document
        return { exists: true, status }
      } catch (error) {
        if (isProblem(error, 'document-not-found')) return { exists: false, status: '' }
        throw error
      }
    },
    access: (ids) => listAccess(database.pool, ids),
    recordRefusal: async (document, tried, caller) => refusals.record({ document }, tried, caller),
    announce: (id) => announceDocument(database.pool, id),
    check: async () => void (await database.check()),
    stop: async () => {},
    joinedMove: createJoinedMove(cache),
  }
}
