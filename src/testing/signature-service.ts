import type { Database } from '../db/database.ts'
import { openMemoryDocuments } from './memory-documents.ts'
import type { Documents } from '../ports/documents/port.ts'
import type { SigningLimits } from '../roles/signature/signing-limits.ts'
import { startTestService } from './test-service.ts'

export type SignatureService = Awaited<ReturnType<typeof startSignatureService>>

export interface SignatureServiceOptions {
  database: Database
  documents?: ReturnType<typeof openMemoryDocuments>
  /** what the role sees of the documents, such as calls that fail */
  through?: (documents: Documents) => Partial<Documents>
  limits?: Partial<SigningLimits>
}

/** The signature role over documents in memory, with short delays; the test starts the sweeper. */
export async function startSignatureService(options: SignatureServiceOptions) {
  const { database, documents = openMemoryDocuments(), through, limits } = options
  const service = await startTestService({
    roles: ['signature'],
    database,
    settings: { listen: { trustedProxies: ['loopback'] } },
    overrides: {
      documents: { ...documents, ...through?.(documents) },
      sweeper: false,
      signing: { sweepEveryMs: 50, retryBaseMs: 20, retryCapMs: 100, ...limits },
    },
  })
  return Object.assign(service, { documents })
}
