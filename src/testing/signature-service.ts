import type { Database } from '../db/database.ts'
import { openMemoryDocuments } from './memory-documents.ts'
import type { Documents } from '../ports/documents/port.ts'
import type { SigningLimits } from '../roles/signature/signing-limits.ts'
import { startTestService } from './test-service.ts'
import type { Undo } from './undoing.ts'

export type SignatureService = Awaited<ReturnType<typeof startSignatureService>>

export interface SignatureServiceOptions {
  /** without it, a new one */
  database?: Database
  documents?: ReturnType<typeof openMemoryDocuments>
  /** what the role sees of the documents, such as calls that fail */
  through?: (documents: Documents) => Partial<Documents>
  limits?: Partial<SigningLimits>
}

/**
 * The signature role over documents in memory, with short delays; the test starts the sweeper.
 * @param t when it ends, the service stops
 */
export async function startSignatureService(options: SignatureServiceOptions = {}, t?: Undo) {
  const { database, documents = openMemoryDocuments(), through, limits } = options
  const configured = {
    roles: ['signature' as const],
    ...(database && { database }),
    settings: { listen: { trustedProxies: ['loopback'] } },
    overrides: {
      documents: { ...documents, ...through?.(documents) },
      sweeper: false,
      signing: { sweepEveryMs: 50, retryBaseMs: 20, retryCapMs: 100, ...limits },
    },
  }
  const service = await startTestService(configured, t)
  return Object.assign(service, { documents })
}
