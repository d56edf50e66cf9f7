import { actorOf } from '../db/acting.ts'
import type { AccessRole } from '../domain/access.ts'
import { subjectOfAddress } from '../domain/access.ts'
import type { DocumentCache } from '../ports/cache/port.ts'
import { createAccessStore } from '../roles/document/access-store.ts'
import { testContext } from './context.ts'
import type { TestService } from './test-service.ts'

/** Gives access to documents, or takes it away, as the document role does. */
export function createGrants({ database, cache }: Pick<TestService, 'database'> & { cache: DocumentCache }) {
  const access = createAccessStore(database.pool, cache)
  const { traceparent } = testContext()
  const actor = actorOf(testContext())
  const change = { readable: 'all', shareable: 'all', by: 'test', actor, traceparent } as const
  return {
    async give(documentId: string, email: string, role: AccessRole): Promise<void> {
      await access.put(documentId, subjectOfAddress(email), role, change)
    },
    take: (documentId: string, email: string): Promise<void> =>
      access.remove(documentId, subjectOfAddress(email), change),
  }
}
