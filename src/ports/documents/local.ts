import type { Documents } from './port.ts'

/**
 * The document role of this process, called directly. Its owner stops it.
 * @throws Error when the role does not run here
 */
export function openLocalDocuments(role: Documents | undefined): Documents {
  if (!role) {
    const rule = 'local: needs the document role in the same process; start it too, or use grpc://host:port'
    throw new Error(`documents.url: ${rule}`)
  }
  return {
    updateStatus: (documentId, status, context) => role.updateStatus(documentId, status, context),
    get: (documentId, context) => role.get(documentId, context),
    exists: (documentId, context) => role.exists(documentId, context),
    access: (documentIds, context) => role.access(documentIds, context),
    recordRefusal: (...refusal) => role.recordRefusal(...refusal),
    announce: (documentId, context) => role.announce(documentId, context),
    check: () => role.check(),
    stop: async () => {},
    ...(role.joinedMove && { joinedMove: role.joinedMove }),
  }
}
