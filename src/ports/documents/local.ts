import type { Documents } from './port.ts'

/** The document role of this same process, called directly. Its owner stops it. */
export function openLocalDocuments(role: Documents): Documents {
  return {
    updateStatus: (documentId, status, context) => role.updateStatus(documentId, status, context),
    get: (documentId, context) => role.get(documentId, context),
    exists: (documentId, context) => role.exists(documentId, context),
    check: () => role.check(),
    stop: async () => {},
  }
}
