import type { Database } from '../../db/database.ts'
import { createIdempotency } from '../../db/idempotency.ts'
import { createRefusals } from '../../db/refusals.ts'
import type { Limiter } from '../../domain/limits.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import { recordingRefusals } from '../../http/record-refusals.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { Documents } from '../../ports/documents/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import { createMetrics, type Metrics } from '../../runtime/metrics.ts'
import { finishSigningUseCase } from './finish-signing.ts'
import { postSignature } from './post-signature.ts'
import { getSignatureImage } from './get-signature-image.ts'
import { getSignature } from './get-signature.ts'
import { createIntentStore } from './intent-store.ts'
import { listDocumentSignatures } from './list-document-signatures.ts'
import { listSignatures } from './list-signatures.ts'
import { retryIntentUseCase } from './retry-intent.ts'
import { signDocumentUseCase } from './sign-document.ts'
import { createSignatureAccess } from './signature-access.ts'
import { createSignatureImages } from './signature-images.ts'
import { createSignatureStore } from './signature-store.ts'
import { SIGNING_LIMITS, type SigningLimits } from './signing-limits.ts'
import { createSigningMetrics } from './signing-metrics.ts'
import { createSweeper } from './sweeper.ts'

export interface SignatureRoleOptions {
  database: Database
  blobs: Blobs
  documents: Documents
  /** of authentication */
  mode: 'open' | 'required'
  clock: Clock
  newId: NewId
  log: Logger
  /** of clients */
  limiter: Limiter
  limits?: Partial<SigningLimits>
  metrics?: Metrics
  /** from 0 to 1 */
  random?: () => number
}

export interface SignatureRole {
  endpoints: Endpoint[]
  /** Starts the sweeper, with the intents that an earlier process left open. */
  start(): void
  /** Waits for the current batch of the sweeper. */
  stop(): Promise<void>
  /** How many signatures wait for the move of their document. */
  pending(): Promise<number>
}

/** The role that owns signatures.*: REST endpoints, and the sweeper that finishes open intents. */
export function createSignatureRole(options: SignatureRoleOptions): SignatureRole {
  const { database, blobs, documents, mode, clock, newId, log, limiter, random = Math.random } = options
  const { pool } = database
  const limits = { ...SIGNING_LIMITS, ...options.limits }
  const intents = createIntentStore(pool)
  const metrics = createSigningMetrics(options.metrics ?? createMetrics(), intents)
  const idempotency = createIdempotency<{ id: string }>({
    database,
    schema: 'signatures',
    clock,
    limiter,
    log,
  })
  const store = createSignatureStore({ pool, idempotency, joinedMove: documents.joinedMove })
  const images = createSignatureImages(blobs, log)
  const refusals = createRefusals({ pool, log })
  const retry = retryIntentUseCase({ intents, documents, limits, log, metrics, newId, random })
  const sweeper = createSweeper({ intents, retry, limits, log, clock })
  const access = createSignatureAccess(documents, mode)
  const reads = { store, images, access }
  const parts = { access, store, database, images, intents, documents, limits, metrics, clock, newId, log }
  const finish = finishSigningUseCase({ ...parts, sweeper })
  const sign = signDocumentUseCase({ ...parts, finish })

  return {
    endpoints: recordingRefusals(
      [
        postSignature(sign),
        listSignatures(reads),
        getSignature(reads),
        getSignatureImage(reads),
        listDocumentSignatures({ ...reads, documents }),
      ],
      refusals,
    ),
    start: () => sweeper.start(),
    async stop() {
      await sweeper.stop()
      await idempotency.stop()
      await refusals.stop()
    },
    pending: () => intents.count(),
  }
}
